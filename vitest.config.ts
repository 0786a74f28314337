import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/hosts/**'],
    // Processes, not threads: some tests change the environment or detach buffers of the process they run in.
    pool: 'forks',
    maxWorkers: '100%',
    // A bound for hangs, not a measure: a loaded machine may take its time.
    testTimeout: 120_000,
  },
});
