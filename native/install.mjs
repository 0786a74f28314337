// The install script: builds the addon where a compiler and Node's headers are at hand, and does without it otherwise.
// It downloads nothing and never fails, so neither does the installation of this package: WebAssembly serves then.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The folder that holds include/node: a configured one, or the one this Node came with. */
function findHeaders() {
  const configured = process.env.npm_config_nodedir;
  const folders = [configured, dirname(dirname(process.execPath))].filter(Boolean);
  return folders.find((folder) =>
    ['include/node/node_api.h', 'src/node_api.h'].some((header) => existsSync(join(folder, header))),
  );
}

/** npm's own node-gyp, or the one installed beside this package. */
function findNodeGyp() {
  if (process.env.npm_config_node_gyp) return process.env.npm_config_node_gyp;
  try {
    return createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    return undefined;
  }
}

function runs(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Builds the addon; returns why it did not, or undefined. */
function build() {
  const headers = findHeaders();
  if (headers === undefined) return "Node's headers are not beside it; set nodedir to a folder that has include/node";
  const nodeGyp = findNodeGyp();
  if (nodeGyp === undefined) return 'node-gyp was not found';
  if (process.platform !== 'win32' && !runs(process.env.CXX ?? 'c++', '--version')) return 'no C++ compiler was found';
  const args = [nodeGyp, 'configure', 'build', `--nodedir=${headers}`, '--loglevel=error'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: Infinity,
  });
  if (status === 0) return undefined;
  process.stderr.write(`${stdout}${stderr}`);
  return 'the build failed, as printed above';
}

if (existsSync(join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'sepconv.node'))) {
  console.log('sepconv: a prebuilt addon fits this platform');
} else {
  const reason = build();
  console.log(
    reason === undefined
      ? 'sepconv: built the native addon'
      : `sepconv: no native addon, WebAssembly serves: ${reason}`,
  );
}
