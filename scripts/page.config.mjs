// The page as plain files that any server can host, in dist/playground.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The service worker, told which files there are: with it the page opens without a network.
 *
 * @type {import('vite').Plugin}
 */
const offline = {
  name: 'offline',
  enforce: 'post',
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).filter((name) => name !== 'offline.js');
    const hash = createHash('sha256');
    for (const name of files) {
      const file = bundle[name];
      hash.update(file.type === 'chunk' ? file.code : file.source);
    }
    const list = `const version = '${hash.digest('hex').slice(0, 16)}';\nconst files = ${JSON.stringify(files)};\n`;
    this.emitFile({
      type: 'asset',
      fileName: 'offline.js',
      source: list + readFileSync(at('../src/playground/offline.js'), 'utf8'),
    });
  },
};

export default defineConfig({
  root: at('../src/playground'),
  base: './',
  publicDir: false,
  resolve: {
    alias: [
      { find: /^sepconv\/core$/, replacement: at('../src/entries/core.ts') },
      { find: /^sepconv\/kernels\.wasm/, replacement: at('../dist/kernels.wasm') },
    ],
  },
  worker: { format: 'es' },
  plugins: [offline],
  build: {
    outDir: at('../dist/playground'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
});
