// Where the addon stands: built on this machine, or shipped for this platform; and whether the file is whole.
import { SepconvError } from '../core/errors.js';
import { builtin, isGranted } from './native-host.js';

interface Place {
  readonly addon: string;
  /** The manifest that the build wrote beside it. */
  readonly manifest: string;
}

/** What a build says of its addon. */
export interface Manifest {
  readonly bytes: number;
  readonly sha256: string;
  /** The commit of the sources, where they came from one. */
  readonly commit: string;
}

/** An addon that is there, as its manifest describes it. */
export interface FoundAddon extends Partial<Manifest> {
  readonly path: string;
}

// Whole literals, seen from src/backends as from dist/entries: tools that copy what a program reads follow no others.
const built: Place = {
  addon: `${import.meta.dirname}/../../build/Release/sepconv.node`,
  manifest: `${import.meta.dirname}/../../build/Release/sepconv.json`,
};
const shipped: Readonly<Record<string, Place>> = {
  'linux-x64': {
    addon: `${import.meta.dirname}/../../prebuilds/linux-x64/sepconv.node`,
    manifest: `${import.meta.dirname}/../../prebuilds/linux-x64/sepconv.json`,
  },
  'linux-arm64': {
    addon: `${import.meta.dirname}/../../prebuilds/linux-arm64/sepconv.node`,
    manifest: `${import.meta.dirname}/../../prebuilds/linux-arm64/sepconv.json`,
  },
};

/** Loads the addon, or throws the reasons why there is none. */
export function loadAddon(): unknown {
  const reasons: string[] = [];
  for (const found of findAddons()) {
    try {
      return loadWhole(found);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (reasons.length === 0) reasons.push(`no addon is built or shipped for ${platform()}`);
  throw unavailable(`${reasons.join('; ')}; npx sepconv build compiles one`);
}

/** The addons that are there, in the order in which they are tried. */
export function findAddons(): FoundAddon[] {
  const fs = builtin('node:fs');
  if (fs === undefined) throw unavailable('this host has no process.getBuiltinModule to read files with');
  const places = [built, shipped[platform()]].filter((place) => place !== undefined);
  if (
    !places.every(({ addon }) => isGranted({ name: 'read', path: addon }) && isGranted({ name: 'ffi', path: addon }))
  ) {
    throw unavailable('Deno loads an addon with --allow-read and --allow-ffi only');
  }
  return places
    .filter(({ addon }) => fs.existsSync(addon))
    .map((place) => ({ path: place.addon, ...manifestOf(place) }));

  function manifestOf({ manifest }: Place): Manifest | undefined {
    return fs?.existsSync(manifest) ? JSON.parse(fs.readFileSync(manifest, 'utf8')) : undefined;
  }
}

/** A file that ends too early would end the process when it is loaded. */
function loadWhole({ path, bytes }: FoundAddon): unknown {
  const size = builtin('node:fs')?.statSync(path).size;
  if (bytes !== undefined && size !== bytes) throw unavailable(`${path} is cut short: ${size} of its ${bytes} bytes`);
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}

function platform(): string {
  return `${process.platform}-${process.arch}`;
}

function unavailable(reason: string): SepconvError {
  return new SepconvError('ERR_BACKEND_UNAVAILABLE', reason);
}
