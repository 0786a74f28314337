// A process that may have only so much memory: what does not fit is a typed error, and what fits still runs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

const entry = new URL('../dist/entries/node.js', import.meta.url);
const isTestable = existsSync(entry) && process.platform === 'linux';

/** Takes tensors until there are no more, runs once more, gives them back, and runs again. */
const program = `
  import { createRuntime, tensor } from '${entry}';
  const said = {};
  const attempt = (act) => {
    try {
      for (let i = 0; i < 1000; i++) act();
      return 'no end';
    } catch ({ code, message }) {
      return code + ': ' + message;
    }
  };
  const filter = tensor(new Float32Array(9 * 64).fill(1), [3, 3, 64, 1]);
  for (const backend of ['native', 'wasm', 'reference']) {
    const runtime = await createRuntime({ backend }).catch(({ code, message }) => code + ': ' + message);
    said[backend] = { runtime: typeof runtime === 'string' ? runtime : 'serves' };
    if (typeof runtime === 'string') continue;
    const kept = [];
    said[backend].allocate = attempt(() => kept.push(runtime.allocate([1, 1024, 1024, 64])));
    const layer = runtime.prepareDepthwiseConv2d(filter);
    said[backend].run = attempt(() => layer.run(kept[0]));
    for (const used of kept) used[Symbol.dispose]();
    said[backend].afterwards = layer.run(tensor(new Float32Array(9 * 64).fill(1), [1, 3, 3, 64])).data[5];
  }
  console.log(JSON.stringify(said));`;

test.skipIf(!isTestable).each([3_000_000, 6_000_000])('of %i kilobytes', (kilobytes) => {
  const command = `ulimit -v ${kilobytes}; exec "$0" --input-type=module --eval "$1"`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', command, process.execPath, program], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const noMemory = expect.stringMatching(/^ERR_MEMORY: .*dispose/);
  const served = { runtime: 'serves', allocate: noMemory, run: noMemory, afterwards: 9 };
  // WebAssembly wants addresses for all that its memory may ever be.
  const notServed = { runtime: expect.stringMatching(/^ERR_BACKEND_UNAVAILABLE: .*could not allocate memory/) };
  const { native, ...others } = JSON.parse(stdout);
  expect(others).toEqual({ wasm: notServed, reference: served });
  if (native.runtime === 'serves') expect(native).toEqual(served);
});
