// The native code under sanitizers: every kernel by replay (addresses, undefined behaviour), the pool by itself (threads),
// and the addon in Node, where tensors are transferred and disposed of under asynchronous runs (addresses, undefined
// behaviour; of the instruction sets only the scalar one is instrumented there).
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args, options = {}) => execFileSync(command, args, { cwd: root, stdio: 'inherit', ...options });
const memory = ['-O1', '-g1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const build = join(root, 'build');

function replay() {
  run('node', ['test/replay.mjs', 'build/sanitize', ...memory]);
  run('build/sanitize', []);
}

function pool() {
  run('g++', ['-std=c++17', '-O1', '-g', '-fsanitize=thread', '-pthread', 'test/pool.cc', '-o', 'build/pool-threads']);
  run('build/pool-threads', []);
}

/** A copy of the tree with an addon of its own, whose tests are the suite's. */
function addon() {
  const copy = join(build, 'sanitized');
  const release = join(copy, 'build/Release');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(release, { recursive: true });
  for (const part of [
    'src',
    'test',
    'dist',
    'assembly',
    'native',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  for (const part of ['kernels-text.js', 'kernels-text.d.ts', 'worker-texts.js', 'worker-texts.d.ts']) {
    cpSync(join(build, part), join(copy, 'build', part));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const includes = `-I${join(dirname(dirname(process.execPath)), 'include/node')}`;
  const flags = ['-std=c++17', '-fPIC', '-ffp-contract=off', '-fno-tree-vectorize', '-fvisibility=hidden', ...memory];
  const object = (source, name, defines) => {
    const path = join(copy, 'build', `${name}.o`);
    run('g++', [...flags, includes, ...defines.map((define) => `-D${define}`), '-c', source, '-o', path]);
    return path;
  };
  const objects = [
    object('native/addon.cc', 'addon', ['NAPI_VERSION=9']),
    object('native/kernels.cc', 'scalar', ['ISA=scalar']),
  ];
  const others = process.arch === 'x64' ? ['sse2', 'avx2', 'avx2fma', 'avx512', 'avx512fma'] : ['neon', 'neonfma'];
  const libraries = others.map((isa) => join(build, 'Release', `kernels_${isa}.a`));
  run('g++', ['-shared', ...memory, ...objects, ...libraries, '-o', join(release, 'sepconv.node')]);
  const preload = execFileSync('g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  const env = { ...process.env, LD_PRELOAD: preload, ASAN_OPTIONS: 'detect_leaks=0' };
  const files = ['run-async', 'stream', 'workers', 'buffers', 'aliasing', 'allocate'].map(
    (name) => `test/${name}.test.ts`,
  );
  run('npx', ['vitest', 'run', ...files, '-t', 'native|scalar'], { cwd: copy, env });
}

const parts = { pool, addon, replay };
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)) parts[name]();
