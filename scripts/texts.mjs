// Writes as text what entries carry: the WASM kernels and the programs of workers. No file to find, no request, no
// permission, on every host and in every bundle.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

function write(file, texts) {
  const entries = Object.entries(texts);
  mkdirSync(`${root}/build`, { recursive: true });
  writeFileSync(
    `${root}/build/${file}.js`,
    entries.map(([name, text]) => `export const ${name} =\n  ${JSON.stringify(text)};\n`).join(''),
  );
  writeFileSync(
    `${root}/build/${file}.d.ts`,
    entries.map(([name]) => `export declare const ${name}: string;\n`).join(''),
  );
}

function program(path) {
  const options = { bundle: true, minify: true, format: 'iife', target: 'es2022', write: false, absWorkingDir: root };
  return buildSync({ ...options, entryPoints: [path] }).outputFiles[0].text.trim();
}

write('kernels-text', { kernelsText: readFileSync(`${root}/dist/kernels.wasm`).toString('base64') });
write('worker-texts', {
  nodeWorker: program('src/backends/wasm/worker-node.ts'),
  webWorker: program('src/backends/wasm/worker-web.ts'),
});
