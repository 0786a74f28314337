// Builds the addon from these sources: npm run build:native in the repository, npx sepconv build in an installed package.
// With --optional a machine that can not build is no failure, for WebAssembly serves there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeManifest } from './manifest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** In the package it lies beside the sources: npm would build for one in its root when it installs. */
const project = [root, join(root, 'native')].find((folder) => existsSync(join(folder, 'binding.gyp')));
const release = join(root, 'build/Release');

/** The folder that holds include/node: a configured one, or the one this Node came with. */
function findHeaders() {
  const configured = process.env.npm_config_nodedir;
  const folders = [configured, dirname(dirname(process.execPath))].filter(Boolean);
  return folders.find((folder) =>
    ['include/node/node_api.h', 'src/node_api.h'].some((header) => existsSync(join(folder, header))),
  );
}

/** The one installed beside this package, npm's own, or that of the npm that came with Node. */
function findNodeGyp() {
  const program = 'node-gyp/bin/node-gyp.js';
  const folders = [root, join(dirname(process.execPath), '../lib/node_modules/npm/')];
  for (const folder of folders) {
    try {
      return createRequire(join(folder, 'package.json')).resolve(program);
    } catch {
      // The next one may have it.
    }
  }
  return process.env.npm_config_node_gyp;
}

/** Whether a command of one or more words, as in CXX="ccache g++", runs. */
function runs(command) {
  return spawnSync(`${command} --version`, { stdio: 'ignore', shell: true }).status === 0;
}

/** Builds the addon; returns why it did not, or undefined. */
function build() {
  const nodeGyp = findNodeGyp();
  if (nodeGyp === undefined) return 'node-gyp was not found; npm install --global node-gyp brings it';
  const compiler = process.env.CXX ?? 'c++';
  if (process.platform !== 'win32' && !runs(compiler)) {
    return `the C++ compiler ${compiler} does not run; install one for C++17, make and Python 3`;
  }
  const headers = findHeaders();
  if (headers === undefined) {
    return "Node's headers are not beside it; set npm_config_nodedir to a folder that has include/node";
  }
  const args = [nodeGyp, 'configure', 'build', `--directory=${project}`, `--nodedir=${headers}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--jobs=max', '--loglevel=error'], {
    encoding: 'utf8',
    maxBuffer: Infinity,
  });
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    return 'the build failed, as printed above';
  }
  const addon = join(release, 'sepconv.node');
  if (project !== root) {
    mkdirSync(release, { recursive: true });
    renameSync(join(project, 'build/Release/sepconv.node'), addon);
  }
  writeManifest(addon);
  return undefined;
}

const reason = build();
if (reason === undefined) {
  console.log(`sepconv: built ${join(release, 'sepconv.node')}`);
} else if (process.argv.includes('--optional')) {
  console.log(`sepconv: no native addon, WebAssembly serves: ${reason}`);
} else {
  console.error(`sepconv: no native addon was built: ${reason}`);
  process.exitCode = 1;
}
