// Calls with arguments that no one should give: every backend must do the same, a result of the same bits or a typed error.
import fc from 'fast-check';
import { reference } from '../../src/backends/reference/index.js';
import type { TensorData } from '../../src/core/arrays.js';
import { SepconvError } from '../../src/core/errors.js';
import type { Kernels } from '../../src/core/kernels.js';
import { sizeOf } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import { type OperationName, ops } from '../../src/ops/index.js';
import { everyBackend } from '../support/backends.js';
import { bitsOf } from '../support/bits.js';
import { type Call, callOf, oneShot, prepare } from '../support/cases.js';
import { generator } from '../support/random.js';
import { randomCases } from '../support/random-cases.js';

type Next = () => number;

/** What a hostile getter throws; it must come out as it is. */
class Hostile extends Error {}

const pick = <T>(next: Next, list: readonly T[]): T => list[next() % list.length];

const oddValues: readonly (() => unknown)[] = [
  ...[undefined, null, NaN, -1, -0, 0, 1.5, 2, 7, 2 ** 31 - 1, 2 ** 31, 2 ** 53, Infinity, '', '3', 'same', 'NCHW'],
  ...[true, 10n, Symbol('odd'), () => 1, new Date(0), new Map()],
]
  .map((value) => () => value)
  .concat([
    () => [],
    () => [1],
    () => [0, 0],
    () => [1, NaN],
    () => [1, 2, 3, 4],
    () => ({}),
    () => Object.create(null),
    () => ({ top: 1 }),
    () => ({ top: -1, bottom: 0, left: 0, right: 0 }),
    () => ({ type: 'clamp', min: 1, max: 0 }),
    () => ({ type: 'prelu', slope: new Float32Array(2) }),
    () => new Float32Array(3),
    () => new Uint8Array(4),
    () => new Proxy([1, 2], {}),
    () => 'x'.repeat(100_000),
  ]);

const optionNames = [
  ...[
    'layout',
    'filterLayout',
    'groups',
    'strides',
    'padding',
    'border',
    'dilations',
    'bias',
    'activation',
    'outputPadding',
  ],
  ...['windowDimensions', 'ceilMode', 'countIncludePad', 'border', 'depthwiseBias', 'depthwiseActivation', 'residual'],
  ...['out', 'dtype', 'unknown', '__proto__', 'constructor', 'toString'],
];

/** An object that answers a property in a way of its own. */
function answering(target: object, name: string, get: () => unknown): object {
  return Object.defineProperty({ ...target }, name, { get, enumerable: true, configurable: true });
}

function hostileOptions(options: object, next: Next): object {
  const name = pick(next, optionNames);
  const odd = pick(next, oddValues);
  const given = (options as Record<string, unknown>)[name];
  let asked = 0;
  switch (next() % 5) {
    case 0:
      return Object.defineProperty({ ...options }, name, { value: odd(), enumerable: true });
    case 1:
      return answering(options, name, () => (asked++ === 0 ? given : odd()));
    case 2:
      return answering(options, name, () => {
        throw new Hostile('a getter');
      });
    case 3:
      return new Proxy(options, { get: (target, key) => (key === name ? odd() : Reflect.get(target, key)) });
    default:
      return new Proxy(options, {
        ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), 'unknown'])],
        has: () => next() % 2 === 0,
      });
  }
}

const floatsOn = (data: TensorData, buffer: ArrayBufferLike, offset: number) => {
  const copy = new Float32Array(buffer, offset, data.length);
  copy.set(data);
  return copy;
};

function detached(data: TensorData): TensorData {
  const own = data.slice();
  structuredClone(own.buffer, { transfer: [own.buffer as ArrayBuffer] });
  return own;
}

interface Resizable extends ArrayBuffer {
  resize(bytes: number): void;
}

function resizable(data: TensorData, bytes: number): TensorData {
  type Maker = new (bytes: number, options: { maxByteLength: number }) => Resizable;
  const buffer = new (ArrayBuffer as unknown as Maker)(data.length * 4, { maxByteLength: data.length * 4 + 64 });
  const own = new Float32Array(buffer);
  own.set(data);
  buffer.resize(bytes);
  return own;
}

function hostileTensor(given: Tensor<TensorData>, next: Next): unknown {
  const { data, shape } = given;
  const odd = pick(next, oddValues);
  const at = next() % 4;
  switch (next() % 12) {
    case 0:
      return { data, shape: shape.map((size, i) => (i === at ? odd() : size)) };
    case 1:
      return { data, shape: odd() };
    case 2:
      return { data: odd(), shape };
    case 3:
      return odd();
    case 4:
      return { data: detached(data), shape };
    case 5:
      return { data: floatsOn(data, new SharedArrayBuffer(data.length * 4 + 4), 4), shape };
    case 6:
      return { data: resizable(data, (next() % (data.length + 9)) * 4), shape };
    case 7:
      return { data: floatsOn(data, new ArrayBuffer(data.length * 4 + 64), 4 * (1 + (next() % 16))), shape };
    case 8: {
      const own = data.slice();
      return answering({ data: own, shape }, 'shape', () => {
        if (own.length > 0) structuredClone(own.buffer, { transfer: [own.buffer as ArrayBuffer] });
        return shape;
      });
    }
    case 9: {
      let asked = 0;
      return answering(given, 'data', () => (asked++ === 0 ? data : data.slice(1)));
    }
    case 10:
      return new Proxy(given, {});
    default:
      return { data, shape: [...shape.slice(0, at), pick(next, [2 ** 31, 2 ** 20, 0, 65536]), ...shape.slice(at + 1)] };
  }
}

interface HostileCall {
  readonly call: Call;
  /** As it was before it turned hostile, for the helpers of the tests. */
  readonly plain: Call;
}

/** A call from a seed, with up to three hostile parts; made anew for each backend, since its getters remember. */
function hostileCall(name: OperationName, seed: number): HostileCall {
  const next = generator(seed);
  const [about] = fc.sample(randomCases[name], { seed: next() & 0x7fffffff, numRuns: 1 });
  const plain = callOf(name, about);
  const { input, filters, residual, options } = plain;
  const turned = next() % 16;
  const hostile = (given: Tensor<TensorData>) => hostileTensor(given, next) as Tensor;
  const index = next() % 2;
  return {
    plain,
    call: {
      ...plain,
      input: turned % 4 === 1 ? hostile(input) : input,
      filters: filters.map((filter, i) =>
        turned % 8 === 2 && name !== 'sepFilter2d' && i === index % filters.length ? hostile(filter) : filter,
      ),
      residual: residual !== undefined && turned % 8 === 4 ? hostile(residual) : residual,
      options: turned % 3 === 0 ? hostileOptions(options, next) : options,
    },
  };
}

const ways: readonly ((kernels: Kernels, hostile: HostileCall) => Tensor<TensorData> | Promise<Tensor<TensorData>>)[] =
  [
    (kernels, { call }) => oneShot(kernels, call),
    (kernels, hostile) => onOperator(kernels, hostile, 'run'),
    (kernels, hostile) => onOperator(kernels, hostile, 'runAsync'),
  ];

async function onOperator(kernels: Kernels, { call, plain }: HostileCall, way: 'run' | 'runAsync') {
  const operator = prepare(kernels, { ...call, input: plain.input });
  try {
    const run = operator[way] as (input: unknown, options?: object) => Promise<Tensor<TensorData>>;
    return await run.call(operator, call.input, call.residual === undefined ? undefined : { residual: call.residual });
  } finally {
    operator[Symbol.dispose]();
  }
}

/** Results above this many elements are left to the tests of sizes. */
const largest = 2 ** 20;

function isLarge(name: OperationName, seed: number): boolean {
  const { call, plain } = hostileCall(name, seed);
  try {
    return sizeOf(prepare(reference, { ...call, input: plain.input }).outputShape(call.input.shape)) > largest;
  } catch {
    return false;
  }
}

/** What a call came to, as text that is equal where the outcomes are. */
async function outcomeOf(kernels: Kernels, name: OperationName, seed: number): Promise<string> {
  const hostile = hostileCall(name, seed);
  try {
    const { data, shape } = await ways[seed % ways.length](kernels, hostile);
    const bits = Array.from(bitsOf(data), (word, i) => (Number.isNaN(data[i]) ? 'NaN' : word.toString(16)));
    return `[${shape}] ${bits.join(' ')}`;
  } catch (error) {
    if (error instanceof SepconvError) return error.code;
    if (error instanceof Hostile) return 'hostile';
    return `UNTYPED ${(error as Error).stack ?? error}`;
  }
}

const names = Object.keys(ops) as OperationName[];

/** Makes the call of a seed on every backend; gives what is wrong with it, or nothing. */
export async function fuzzCall(seed: number): Promise<string | undefined> {
  const name = names[generator(seed ^ 0x5bd1e995)() % names.length];
  if (isLarge(name, seed)) return undefined;
  const expected = await outcomeOf(reference, name, seed);
  if (expected.startsWith('UNTYPED')) return `${name}: ${expected}`;
  for (const { name: backend, kernels } of everyBackend) {
    const received = await outcomeOf(kernels, name, seed);
    if (received !== expected) {
      return `${name} on ${backend}: ${received.slice(0, 600)}\nreference: ${expected.slice(0, 600)}`;
    }
  }
  return undefined;
}
