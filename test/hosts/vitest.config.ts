import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.test.ts'],
    globalSetup: 'support/setup.ts',
    setupFiles: 'support/skips.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
  },
});
