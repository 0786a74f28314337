// More than a million calls on every backend, so many of every kind: what one costs, and what all of them leave behind.
// npm run million -- [calls of each kind]
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRuntime, tensor } from '../dist/entries/node.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const calls = Number(process.argv[2] ?? 150_000);

const tensorOf = (...shape) => tensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape);
const [image, filter, plain] = [tensorOf(1, 4, 4, 8), tensorOf(3, 3, 8, 1), tensorOf(1, 4, 4, 8)];
const same = { padding: 'same' };

function refused(run) {
  try {
    run();
  } catch (error) {
    if (error.name === 'SepconvError') return;
    throw error;
  }
  throw new Error('an error was expected');
}

/** Where blocks of several sizes are found, and the size of the memory they are in. */
function places(runtime) {
  const probes = [1, 30, 1000, 30_000].map((length) => runtime.allocate([length]));
  const found = probes.map(({ data }) => `${data.byteOffset} of ${data.buffer.byteLength}`);
  for (const probe of probes) probe[Symbol.dispose]();
  return found.join(', ');
}

async function settled() {
  for (let i = 0; i < 4; i++) {
    collect();
    await new Promise(setImmediate);
  }
}

for (const backend of ['native', 'wasm']) {
  const runtime = await createRuntime({ backend });
  const operator = runtime.prepareDepthwiseConv2d(filter, same);
  const [input, output] = [runtime.allocate(image.shape), runtime.allocate(image.shape)];
  const [toPlain, toOutput, wrong] = [{ out: plain }, { out: output }, { out: tensorOf(1, 1) }];
  const kinds = {
    'prepared, out': () => operator.run(image, toPlain),
    'prepared, allocated': () => operator.run(input, toOutput),
    'prepared, new output': () => operator.run(image),
    'one-shot': () => runtime.depthwiseConv2d(image, filter, same),
    'allocate, run, dispose': () => {
      const own = runtime.allocate(image.shape);
      operator.run(own, toPlain);
      own[Symbol.dispose]();
    },
    'refused, one-shot': () => refused(() => runtime.depthwiseConv2d(image, filter, { padding: -1 })),
    'refused, prepared': () => refused(() => operator.run(image, wrong)),
  };
  for (const [kind, call] of Object.entries(kinds)) {
    for (let i = 0; i < 2000; i++) call();
    await settled();
    const before = { places: places(runtime), external: process.memoryUsage().external };
    const start = process.hrtime.bigint();
    for (let done = 0; done < calls; done++) {
      call();
      // Finalizers of dropped objects run between the turns of the event loop.
      if (done % 10_000 === 0) await new Promise(setImmediate);
    }
    const time = Number(process.hrtime.bigint() - start) / calls;
    await settled();
    const external = process.memoryUsage().external - before.external;
    const isSame = backend === 'native' || places(runtime) === before.places;
    const left = `${external <= 0 ? 'no' : external} external bytes more${isSame ? '' : ', OTHER BLOCKS FREE'}`;
    console.log(`${backend.padEnd(7)} ${kind.padEnd(23)} ${time.toFixed(0).padStart(6)} ns a call, ${left}`);
  }
  if (backend === 'wasm') console.log(`wasm    free blocks found at ${places(runtime)} bytes`);
}
