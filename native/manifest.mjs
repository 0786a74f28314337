// What is written beside an addon, so that a file that is not whole is never loaded (src/backends/native-addon.ts).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Writes sepconv.json beside sepconv.node. */
export function writeManifest(addon) {
  const content = readFileSync(addon);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const manifest = { bytes: content.length, sha256, commit: commitOfSources() };
  writeFileSync(addon.replace(/\.node$/, '.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** As the published package says, or the repository; a mark tells of changes that are in no commit. */
export function commitOfSources() {
  const { gitHead } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  if (gitHead !== undefined) return gitHead;
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--abbrev=40', '--dirty', '--exclude=*'], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : 'unknown';
}
