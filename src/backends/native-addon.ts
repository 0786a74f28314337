// Where the addon stands: built on this machine, or shipped for this platform.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SepconvError } from '../core/errors.js';

const require = createRequire(import.meta.url);

/** Loads the addon, or throws the reason why there is none. */
export function loadAddon(): unknown {
  const platform = `${process.platform}-${process.arch}`;
  const places = ['../../build/Release/sepconv.node', `../../prebuilds/${platform}/sepconv.node`];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  if (found === undefined) {
    const message = `no addon is built or shipped for ${platform}; with a C++ compiler, npm rebuild sepconv builds one`;
    throw new SepconvError('ERR_BACKEND_UNAVAILABLE', message);
  }
  return require(found);
}
