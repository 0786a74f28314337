// What the compilers and the linkers made of native/: no fused arithmetic, nothing exported twice, and an addon that
// loads wherever Node does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Build {
  readonly addon: string;
  readonly libraries: string;
  /** How the names of its tools of binutils begin. */
  readonly prefix: string;
}

const ownBuild: Build = { addon: 'build/Release/sepconv.node', libraries: 'build/Release', prefix: '' };

/** Those of npm run build:prebuilds. */
const prebuilds = Object.entries({ 'linux-x64': 'x86_64-linux-gnu-', 'linux-arm64': 'aarch64-linux-gnu-' }).map(
  ([platform, prefix]): Build => ({
    addon: `prebuilds/${platform}/sepconv.node`,
    libraries: `build/${platform}/build/Release`,
    prefix,
  }),
);

const isBuilt = ({ addon }: Build) => process.platform === 'linux' && existsSync(join(root, addon));
const builds = [ownBuild, ...prebuilds].filter(isBuilt);

/** The output of a tool of binutils. */
function output(tool: string, ...args: string[]): string {
  const { status, error, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(status, `${tool}: ${error ?? stderr}`).toBe(0);
  return stdout;
}

/** The names that `nm --format=posix` lists. */
function names(listing: string): string[] {
  const lines = listing.split('\n').filter((line) => / /.test(line) && !line.endsWith(':'));
  return lines.map((line) => line.split(' ')[0]);
}

if (builds.length === 0) test.skip(process.platform === 'linux' ? 'nothing is built' : 'needs the tools of Linux');

describe.each(builds)('$addon', ({ addon, libraries, prefix }) => {
  const path = join(root, addon);
  const kernels = readdirSync(join(root, libraries)).filter((name) => /^kernels_.*\.a$/.test(name));

  describe.each(kernels)('%s', (name) => {
    const library = join(root, libraries, name);

    test('exports its table and nothing else', () => {
      const listing = output(`${prefix}nm`, '--extern-only', '--defined-only', '--format=posix', library);
      expect(names(listing)).toEqual([basename(name, '.a')]);
    });

    test(name.includes('fma') ? 'fuses products with sums' : 'never fuses a product with a sum', () => {
      const instructions = output(`${prefix}objdump`, '--disassemble', '--no-show-raw-insn', library);
      expect(instructions).toMatch(/mul[sp]s|fmul/);
      const fused = instructions.match(/^.*\b(v?f\w*m(add|sub)\d*\w*|fml[as]\w*)\b.*$/gm);
      if (name.includes('fma')) expect(fused).not.toBeNull();
      else expect(fused).toBeNull();
    });
  });

  test('names no library, so that the loader of any system takes it', () => {
    expect(output(`${prefix}readelf`, '--dynamic', path)).not.toMatch(/NEEDED/);
  });

  test('gives Node its two functions and hides the rest', () => {
    const listing = output(`${prefix}nm`, '--dynamic', '--defined-only', '--format=posix', path);
    expect(names(listing)).toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  });
});

/** Those that an addon may take: glibc 2.17 has them all, and so has musl. */
const functionsOfLibc = new Set([
  ...['malloc', 'calloc', 'free', 'memcpy', 'memmove', 'memset', 'memcmp', 'strcmp', 'strlen', 'clock_gettime'],
  ...['create', 'detach', 'once', 'key_create', 'getspecific', 'setspecific'].map((name) => `pthread_${name}`),
  ...['lock', 'unlock'].map((name) => `pthread_mutex_${name}`),
  ...['wait', 'timedwait', 'signal', 'broadcast'].map((name) => `pthread_cond_${name}`),
  ...['getpid', 'syscall', 'sched_getaffinity', 'sched_setaffinity', 'sched_getcpu', '__sched_cpucount'],
]);

describe.each(prebuilds.filter(isBuilt))('$addon', ({ addon, prefix }) => {
  const path = join(root, addon);

  test('takes from its process Node-API and what every libc has, in no certain version', () => {
    const listing = output(`${prefix}nm`, '--dynamic', '--undefined-only', '--format=posix', path);
    const others = names(listing).filter((name) => !name.startsWith('napi_'));
    expect(others).toContain('malloc');
    expect(others.filter((name) => !functionsOfLibc.has(name))).toEqual([]);
  });

  test('is stripped', () => {
    expect(output(`${prefix}readelf`, '--section-headers', '--wide', path)).not.toMatch(/\.symtab|\.debug/);
  });

  test('is the file that its manifest describes', () => {
    const content = readFileSync(path);
    expect(JSON.parse(readFileSync(path.replace(/\.node$/, '.json'), 'utf8'))).toEqual({
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      commit: expect.stringMatching(/^([0-9a-f]{40}(-dirty)?|unknown)$/),
    });
  });
});
