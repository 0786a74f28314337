// The kernels as the entries carry them: text that no host has to find, fetch or be allowed to read.
import { kernelsText } from '../../../build/kernels-text.js';
import { compile } from './compile.js';

export function compileInline(): WebAssembly.Module {
  return compile(inlineBytes());
}

export function inlineBytes(): Uint8Array<ArrayBuffer> {
  const characters = atob(kernelsText);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
