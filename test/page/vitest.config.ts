// The page in a real browser: Debian's chromium, driven by playwright-core.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  resolve: { alias: [{ find: /^sepconv(\/core)?$/, replacement: `${root}src/entries/node.ts` }] },
  test: {
    include: ['test/page/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
