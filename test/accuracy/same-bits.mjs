// Every activation at all 2³² float32 arguments, on every build that runs here: the bits of native/scalar.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createRuntime } from '../../dist/entries/node.js';

const activations = [
  'linear',
  'relu',
  { type: 'clamp', min: -1.5, max: 6 },
  'leakyRelu',
  { type: 'prelu', slope: Float32Array.of(0.25) },
  'hardSigmoid',
  'hardSwish',
  'elu',
  'sigmoid',
  'tanh',
  'silu',
  'gelu',
  'softplus',
];
const pieceLength = 2 ** 22;
const pieces = 2 ** 32 / pieceLength;

/** How many results of a piece are others than the first build's; any NaN is as good as another. */
function differences(a, b) {
  if (Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))) {
    return 0;
  }
  const [left, right] = [a, b].map((data) => new Uint32Array(data.buffer, data.byteOffset, data.length));
  let count = 0;
  for (let i = 0; i < left.length; i++)
    if (left[i] !== right[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) count++;
  return count;
}

async function compare({ first, step, names }) {
  const builds = [];
  for (const name of names) {
    const [backend, isa] = name.split('/');
    const runtime = await createRuntime({ backend, isa, threads: 1 });
    const [input, out] = [runtime.allocate([1, 1, pieceLength, 1]), runtime.allocate([1, 1, pieceLength, 1])];
    builds.push({ name, runtime, input, out, different: 0 });
  }
  for (const activation of activations) {
    for (let piece = first; piece < pieces; piece += step) {
      for (const build of builds) {
        const { buffer, byteOffset, length } = build.input.data;
        const words = new Uint32Array(buffer, byteOffset, length);
        for (let i = 0; i < pieceLength; i++) words[i] = piece * pieceLength + i;
        build.runtime.activate(build.input, activation, { out: build.out });
        build.different += differences(builds[0].out.data, build.out.data);
      }
    }
    parentPort.postMessage({
      name: activation.type ?? activation,
      builds: builds.map(({ name, different }) => ({ name, different })),
    });
    for (const build of builds) build.different = 0;
  }
}

/** Adds up what each thread found. */
function report() {
  const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const { backends } = JSON.parse(execFileSync(process.execPath, [program, 'info', '--json'], { encoding: 'utf8' }));
  const others = backends.filter((name) => name !== 'native/scalar' && name !== 'reference');
  const names = ['native/scalar', ...others];
  const step = availableParallelism();
  const found = new Map();
  for (let first = 0; first < step; first++) {
    new Worker(new URL(import.meta.url), { workerData: { first, step, names } }).on('message', ({ name, builds }) => {
      const all = [...(found.get(name) ?? []), builds];
      found.set(name, all);
      if (all.length < step) return;
      const counts = names.map((_, i) => all.reduce((sum, each) => sum + each[i].different, 0));
      const told = others.map((other, i) => `${other} ${counts[i + 1]}`).join(', ');
      console.log(`${name.padEnd(12)} results that differ from ${names[0]}'s at 2³² arguments: ${told}`);
      if (counts.some((count) => count > 0)) process.exitCode = 1;
    });
  }
}

if (isMainThread) report();
else await compare(workerData);
