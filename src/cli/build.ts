// sepconv build: the native addon, compiled on this machine from the sources of the package.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SepconvError } from '../core/errors.js';

/** @throws SepconvError `ERR_BACKEND_UNAVAILABLE`; the reason is already printed then */
export function build(): void {
  const builder = fileURLToPath(new URL('../../native/build.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [builder], { stdio: 'inherit' });
  if (status !== 0) throw new SepconvError('ERR_BACKEND_UNAVAILABLE', 'build: no addon was built; WebAssembly serves');
}
