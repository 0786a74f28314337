import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The page and the examples import the library by its names; here it is the one that the other tests import.
  resolve: {
    alias: [
      { find: 'sepconv/image', replacement: fileURLToPath(new URL('src/image/index.ts', import.meta.url)) },
      { find: /^sepconv(\/core)?$/, replacement: fileURLToPath(new URL('src/entries/node.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Those of hosts, of the page and of faults need more than Node: npm run test:hosts, test:page and test:queue.
    exclude: ['**/node_modules/**', 'test/hosts/**', 'test/page/**', 'test/faults/**'],
    // Processes, not threads: some tests change the environment or detach buffers of the process they run in.
    pool: 'forks',
    maxWorkers: '100%',
    // A bound for hangs, not a measure: a loaded machine may take its time.
    testTimeout: 120_000,
  },
});
