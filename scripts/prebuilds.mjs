// Compiles the addons that the package ships, into prebuilds/: node scripts/prebuilds.mjs [platform…], all unless named.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeManifest } from '../native/manifest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
const headers = process.env.npm_config_nodedir ?? dirname(dirname(process.execPath));

/** How the tools of each platform begin, as Debian names them. */
const toolPrefixes = { 'linux-x64': 'x86_64-linux-gnu-', 'linux-arm64': 'aarch64-linux-gnu-' };

/** A folder to build in, so that the addon of this machine stays where it is. */
function layOut(platform) {
  const folder = join(root, 'build', platform);
  mkdirSync(folder, { recursive: true });
  for (const name of ['binding.gyp', 'native']) {
    const link = join(folder, name);
    rmSync(link, { force: true });
    symlinkSync(join(root, name), link);
  }
  return folder;
}

function run(command, args, environment = {}) {
  const options = { encoding: 'utf8', maxBuffer: Infinity, env: { ...process.env, ...environment } };
  const { status, error, stdout, stderr } = spawnSync(command, args, options);
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  throw new Error(`${command} ${error === undefined ? 'failed, as printed above' : `did not run: ${error.message}`}`);
}

function build(platform) {
  const prefix = toolPrefixes[platform];
  if (prefix === undefined) throw new Error(`${platform} is none of ${Object.keys(toolPrefixes).join(', ')}`);
  const folder = layOut(platform);
  const architecture = platform.split('-')[1];
  const args = [
    `--directory=${folder}`,
    `--arch=${architecture}`,
    `--nodedir=${headers}`,
    '--loglevel=error',
    '--jobs=max',
  ];
  const tools = { CC: `${prefix}gcc`, CXX: `${prefix}g++`, AR: `${prefix}ar` };
  run(process.execPath, [nodeGyp, 'configure', 'build', ...args], tools);
  const addon = join(root, 'prebuilds', platform, 'sepconv.node');
  mkdirSync(dirname(addon), { recursive: true });
  run(`${prefix}strip`, ['--strip-all', '-o', addon, join(folder, 'build/Release/sepconv.node')]);
  writeManifest(addon);
  console.log(`sepconv: built ${addon}`);
}

const platforms = process.argv.slice(2);
for (const platform of platforms.length > 0 ? platforms : Object.keys(toolPrefixes)) build(platform);
