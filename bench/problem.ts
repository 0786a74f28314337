// The right result of a layer or a network, and whether a contender's is it. It is kept in files: a run has many layers and launches.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorData } from '../src/core/arrays.js';
import { sizeOf } from '../src/core/shape.js';
import type { Tensor } from '../src/core/tensor.js';
import { createRuntime } from '../src/entries/node.js';
import type { MeasuredLayer } from '../src/measure/layer.js';
import { makeOperands, type Operands, prepareLayer } from '../src/measure/operands.js';
import { newOutputs } from './contenders/our-networks.js';
import {
  isNetwork,
  type Measured,
  type MeasuredNetwork,
  makeNetworkOperands,
  outputShapeOf,
  workOf,
} from './networks.js';

/** Relative to Σ|x·w|, for each product of the sum: a rounding of each kind. */
const roundoff = 2 ** -24;

/** Of the largest value of a network's result. */
const networkTolerance = 2 ** -12;

/** Multiply-adds that the reference needs half a minute for. */
const slowNetwork = 2e9;

export interface Problem {
  /** Of its own; the operands lie there as files for programs, `input`, `filter0`, `filter1`, and what is expected. */
  readonly folder: string;
  /** What is wrong with the bytes of a result, or undefined. */
  check(result: Buffer, exact: boolean): string | undefined;
  remove(): void;
}

/** Computes the reference's result, and how far from it an honest float32 result may be. */
export async function makeProblem(measured: Measured): Promise<Problem> {
  const folder = mkdtempSync(join(tmpdir(), 'sepconv-bench-'));
  const { expected, bounds } = isNetwork(measured)
    ? await solveNetwork(measured)
    : await solveLayer(measured, writeOperands(measured, folder));
  const { byteLength } = expected;
  const [expectedPath, boundsPath] = ['expected', 'bounds'].map((name) => join(folder, name));
  writeFileSync(expectedPath, expected);
  writeFileSync(boundsPath, bounds);
  return {
    folder,
    check(result, exact) {
      if (result.length !== byteLength) return `${result.length} bytes instead of ${byteLength}`;
      const [actual, right] = [result, readFileSync(expectedPath)].map((file) => elementsOf(measured, file));
      return exact ? differentBits(actual, right) : beyondBounds(actual, right, floatsOf(readFileSync(boundsPath)));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

interface Solution {
  readonly expected: TensorData;
  readonly bounds: Float32Array;
}

function writeOperands(layer: MeasuredLayer, folder: string): Operands {
  const operands = makeOperands(layer);
  writeFileSync(join(folder, 'input'), operands.input.data);
  for (const [i, { data }] of operands.filters.entries()) writeFileSync(join(folder, `filter${i}`), data);
  return operands;
}

async function solveLayer(layer: MeasuredLayer, operands: Operands): Promise<Solution> {
  const reference = await createRuntime({ backend: 'reference' });
  const expected = prepareLayer(reference, layer, operands.filters, 'NHWC').run(operands.input as Tensor).data;
  return { expected, bounds: await boundsOf(layer, operands, expected) };
}

/** The worst case of many layers is far from any that happens, so values may be off by a share of the largest one. */
async function solveNetwork(network: MeasuredNetwork): Promise<Solution> {
  const expected = await resultOf(network);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { expected, bounds: new Float32Array(expected.length).fill(largest * networkTolerance) };
}

/** The reference's, or where that would take minutes, that of the default backend once its first image is the reference's. */
async function resultOf(network: MeasuredNetwork): Promise<Float32Array> {
  const { input, weights } = makeNetworkOperands(network);
  const [batch, ...image] = network.input;
  const on = async (backend: 'reference' | 'auto', count: number) => {
    const runtime = await createRuntime({ backend });
    const part = { data: input.data.subarray(0, (count * input.data.length) / batch), shape: [count, ...image] };
    const { run, output } = newOutputs(runtime, network, { input: part, weights });
    run();
    return (await output()) as Float32Array;
  };
  const first = await on('reference', workOf(network) < slowNetwork ? batch : 1);
  if (first.length === sizeOf(outputShapeOf(network))) return first;
  const all = await on('auto', batch);
  const fault = differentBits(all.subarray(0, first.length), first);
  if (fault !== undefined) throw new Error(`${network.name}: the default backend is not the reference: ${fault}`);
  return all;
}

function elementsOf({ dtype }: Measured, file: Buffer): TensorData {
  return dtype === 'uint8' ? file : floatsOf(file);
}

function floatsOf({ buffer, byteOffset, length }: Buffer): Float32Array {
  return new Float32Array(buffer, byteOffset, length / 4);
}

/**
 * How far an element may be from the reference's: twice the bound of a sum of K products, (K + 3) · 2⁻²⁴ · Σ|x·w|, since
 * both err. Σ|x·w| is the layer of absolute values.
 */
async function boundsOf(
  layer: MeasuredLayer,
  { input, filters }: Operands,
  expected: TensorData,
): Promise<Float32Array> {
  if (layer.dtype === 'uint8') return new Float32Array(expected.length).fill(1);
  const absolute = ({ data, shape }: Tensor): Tensor => ({ data: data.map(Math.abs), shape });
  const runtime = await createRuntime();
  const operator = prepareLayer(runtime, layer, filters.map(absolute), 'NHWC');
  const sums = operator.run(absolute(input as Tensor)).data;
  // Activations have no sum: a few units of the last place of values of about one.
  return layer.operation === 'activate'
    ? new Float32Array(sums.length).fill(16 * roundoff)
    : sums.map((sum) => 2 * (productsOf(layer) + 3) * roundoff * sum);
}

/** The products of the longest sum of an element. */
function productsOf({ operation, kernel: [height, width], input, groups }: MeasuredLayer): number {
  const channels = input[3];
  switch (operation) {
    case 'separableConv2d':
      return height * width + channels;
    case 'sepFilter2d':
      return height + width;
    case 'pointwiseConv2d':
    case 'conv2d':
    case 'convTranspose2d':
      return (height * width * channels) / groups;
    default:
      return height * width;
  }
}

function differentBits(actual: TensorData, expected: TensorData): string | undefined {
  const at = expected.findIndex((value, i) => !Object.is(value, actual[i]));
  return at < 0 ? undefined : `element ${at} is ${actual[at]} instead of ${expected[at]}`;
}

function beyondBounds(actual: TensorData, expected: TensorData, bounds: Float32Array): string | undefined {
  const at = expected.findIndex((value, i) => !(Math.abs(value - actual[i]) <= bounds[i]));
  return at < 0
    ? undefined
    : `element ${at} is ${actual[at]} instead of ${expected[at]} ± ${bounds[at].toPrecision(2)}`;
}
