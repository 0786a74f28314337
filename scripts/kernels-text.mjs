// Writes the WASM kernels as text, for the entries that carry them: no file to find, no request, no permission.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const base64 = readFileSync(new URL('../dist/kernels.wasm', import.meta.url)).toString('base64');
const folder = new URL('../build/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('kernels-text.js', folder), `export const kernelsText =\n  '${base64}';\n`);
writeFileSync(new URL('kernels-text.d.ts', folder), 'export declare const kernelsText: string;\n');
