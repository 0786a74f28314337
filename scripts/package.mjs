// Lays out the published package in build/package: what runs, and the sources of the addon. No script runs when it is
// installed, and no binding.gyp lies in its root, for which npm would run one.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitOfSources } from '../native/manifest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'build/package');

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const documents = ['README.md', 'CHANGELOG.md', 'CONFORMANCE.md', 'LICENSE', 'SECURITY.md'];
for (const name of ['dist', 'native', 'conformance/vectors-v1.json', ...documents]) copy(name);
for (const platform of ['linux-x64', 'linux-arm64']) {
  const folder = `prebuilds/${platform}`;
  if (existsSync(join(root, folder, 'sepconv.node'))) copy(folder);
  else console.log(`no addon was prebuilt for ${platform}: there WebAssembly will serve`);
}

const gyp = readFileSync(join(root, 'binding.gyp'), 'utf8');
writeFileSync(join(target, 'native/binding.gyp'), gyp.replaceAll("'native/", "'"));

const repository = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { scripts, devDependencies, private: isPrivate, ...kept } = repository;
const published = {
  ...kept,
  // The entries tell the library its host: a bundler that drops them leaves it with the reference.
  sideEffects: ['./dist/entries/*', './dist/cli/*'],
  gitHead: commitOfSources(),
};
writeFileSync(join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
console.log(`laid out ${readdirSync(target, { recursive: true }).length} files and folders in ${target}`);

function copy(name) {
  cpSync(join(root, name), join(target, name), { recursive: true });
}
