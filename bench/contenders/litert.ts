// LiteRT.js, XNNPACK as WASM: its build for every engine, and the one for engines with relaxed SIMD, such as Node 24's.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import type { TensorData } from '../../src/core/arrays.js';
import type { Tensor } from '../../src/core/tensor.js';
import type { Contender, JavaScript, Started } from '../contender.js';
import { layerSteps, type NetworkStep, stepsOf } from '../networks.js';
import { loadPeer, node24, peerFolder } from '../peers.js';
import { hasTfliteModel, tfliteModel } from './tflite-model.js';

const name = '@litertjs/core';

interface LiteRtTensor {
  toTypedArray(): Float32Array;
  delete(): void;
}

/** What is used of @litertjs/core. */
interface LiteRt {
  readonly Tensor: new (data: TensorData, shape: readonly number[]) => LiteRtTensor;
  loadLiteRt(path: string): Promise<unknown>;
  loadAndCompile(
    model: Uint8Array,
    options: { accelerator: 'wasm'; cpuOptions: { numThreads: number } },
  ): Promise<{ run(input: LiteRtTensor): Promise<LiteRtTensor[]> }>;
}

/** It takes its host for a page or a worker that loads scripts, and its scripts take Node for one with CommonJS. */
function prepareHost(folder: string): void {
  const importScripts = (path: string) => runInThisContext(readFileSync(path, 'utf8'), path);
  Object.assign(globalThis, {
    self: globalThis,
    importScripts,
    require: createRequire(import.meta.url),
    __dirname: folder,
  });
}

/** @param build the script of the build that is loaded */
function litert(build: string): JavaScript {
  const start = async (input: Tensor, steps: readonly NetworkStep[]): Promise<Started> => {
    const package_ = loadPeer<LiteRt>(name);
    const folder = join(peerFolder(name), 'wasm');
    prepareHost(folder);
    await package_.loadLiteRt(join(folder, build));
    const model = await package_.loadAndCompile(tfliteModel(input.shape, steps), {
      accelerator: 'wasm',
      cpuOptions: { numThreads: 1 },
    });
    const x = new package_.Tensor(input.data, input.shape);
    let y: LiteRtTensor | undefined;
    const run = async () => {
      y?.delete();
      [y] = await model.run(x);
    };
    return { run, output: () => y!.toTypedArray() };
  };
  return {
    kind: 'javascript',
    start: (layer, { input, filters }) => start(input as Tensor, layerSteps(layer, filters)),
    startNetwork: (network, operands) => start(operands.input, stepsOf(network, operands)),
  };
}

const common = { library: 'LiteRT.js', class: 'wasm', unit: 'madd128', threads: 1, takes: hasTfliteModel } as const;

export const litertBuilds: readonly Contender[] = [
  { ...common, name: 'LiteRT.js', charted: true, runs: litert('litert_wasm_compat_internal.js') },
  { ...common, name: 'LiteRT.js relaxed on Node 24', runs: { ...litert('litert_wasm_internal.js'), node: node24 } },
];
