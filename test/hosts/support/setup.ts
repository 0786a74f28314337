// Before the tests: the hosts installed, the package packed, and an application that npm has installed it into.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';
import { hosts, nodeBinary, program, root, run } from './programs.js';
import { type Packed, serveRegistry } from './registry.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the registry. */
    registry: string;
    tarball: string;
    /** A folder with node_modules/sepconv and the sources of apps/. */
    app: string;
    /** The backend that serves in the application where an addon can be loaded. */
    best: 'native' | 'wasm';
    /** The one that serves where only what was packed is there. */
    shipped: 'native' | 'wasm';
  }
}

export default async function setup({ provide }: TestProject): Promise<() => void> {
  installHosts();
  const folder = mkdtempSync(join(tmpdir(), 'sepconv-hosts-'));
  const packages = [join(root, 'build/package'), join(hosts, 'node_modules/commander'), ...standIns(folder)].map(
    (from) => pack(from, folder),
  );
  const { url, server } = await serveRegistry(packages);
  const app = join(folder, 'app');
  cpSync(join(hosts, 'apps'), app, { recursive: true });
  const probe = join(hosts, 'support/probe.ts');
  await build({ entryPoints: [probe], bundle: true, format: 'esm', outfile: join(app, 'probe.mjs') });
  await run(nodeBinary(20), [program('npm-11', 'bin/npm-cli.js'), 'install', 'sepconv', '--no-audit', '--no-fund'], {
    cwd: app,
    env: { npm_config_registry: url, npm_config_cache: join(folder, 'npm-cache') },
  });
  provide('registry', url);
  provide('tarball', packages[0].tarball);
  provide('app', app);
  const isShipped = existsSync(join(root, `build/package/prebuilds/${process.platform}-${process.arch}/sepconv.node`));
  provide('shipped', isShipped ? 'native' : 'wasm');
  provide('best', isShipped || buildAddon(app) ? 'native' : 'wasm');
  return () => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Empty packages in place of the optional ones: only Yarn and Deno ask for them, with all that they need. */
function standIns(folder: string): string[] {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries<string>(optionalDependencies).map(([name, range]) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ name, version: range.replace('^', '') }));
    return join(folder, name);
  });
}

/** What package-lock.json names, where that is not there yet. */
function installHosts(): void {
  const lock = readFileSync(join(hosts, 'package-lock.json'), 'utf8');
  const installed = join(hosts, 'node_modules/.installed-lock.json');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  // Not npm ci: it takes optional packages of other platforms for missing, where a registry does not have them.
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', args, { cwd: hosts, stdio: 'inherit' });
  writeFileSync(installed, lock);
}

/** Puts the addon of this repository where npx sepconv build leaves it; false where none is built. */
function buildAddon(app: string): boolean {
  const release = join(root, 'build/Release');
  if (!existsSync(join(release, 'sepconv.json'))) return false;
  for (const name of ['sepconv.node', 'sepconv.json']) {
    cpSync(join(release, name), join(app, 'node_modules/sepconv/build/Release', name), { recursive: true });
  }
  return true;
}

function pack(from: string, to: string): Packed {
  mkdirSync(to, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', to];
  const [{ filename }] = JSON.parse(execFileSync('npm', args, { cwd: from, encoding: 'utf8' }));
  return { manifest: JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')), tarball: join(to, filename) };
}
