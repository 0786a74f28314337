// What this package is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));

/** The version of this package. */
export const version: string = manifest.version;

/** The commit that it was laid out from; a repository is of none. */
export const commit: string = manifest.gitHead ?? 'unknown';
