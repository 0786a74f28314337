// sepconv itself: every backend and instruction set, and of the best ones every way to call them.
import { availableParallelism } from 'node:os';
import type { TensorData } from '../../src/core/arrays.js';
import { SepconvError } from '../../src/core/errors.js';
import type { Dtype, Layout } from '../../src/core/params.js';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import { createRuntime, type Runtime, type RuntimeOptions } from '../../src/entries/node.js';
import { type MeasuredLayer, multiplyAdds, outputShape, pointwise } from '../../src/measure/layer.js';
import { type Operands, oneShot, prepareLayer } from '../../src/measure/operands.js';
import { Absent, type Contender, type Started, slowLimit, type Unit } from '../contender.js';
import { channelsFirstShape, toChannelsFirst, toChannelsLast } from '../layouts.js';
import { node24 } from '../peers.js';
import { allocatedPlace, type NetworkWay, newOutputs, oneShots, plainPlace, preparedNetwork } from './our-networks.js';

type Way = (runtime: Runtime, layer: MeasuredLayer, operands: Operands) => Started;

/** Where a way has its tensors. */
type Memory = (runtime: Runtime, shape: Shape, dtype: Dtype) => Tensor<TensorData>;

/** Native code as it chooses by itself. */
const auto = 'auto';
const named =
  process.arch === 'arm64'
    ? ['native/neon', 'native/scalar']
    : ['native/avx512', 'native/avx2', 'native/sse2', 'native/scalar'];
const wasm = 'wasm/simd128';

const units: Readonly<Record<string, Unit>> = {
  auto: 'madd',
  'native/avx2': 'madd256',
  'native/avx512': 'madd512',
  'native/sse2': 'madd128',
  'native/neon': 'madd128',
  'native/scalar': 'madd32',
  'wasm/simd128': 'madd128',
  reference: 'madd32',
};

/** The backend's own: WASM copies nothing, and native kernels find it on a cache line. */
const allocated: Memory = (runtime, shape, dtype) => runtime.allocate(shape, dtype);

/** Typed arrays as JavaScript makes them. */
const plain: Memory = (_, shape, dtype) => {
  const length = sizeOf(shape);
  return { data: dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length), shape };
};

/** Prepared, with `out`: the steady state. */
function prepared(memory: Memory): Way {
  return (runtime, layer, operands) => withOut(memory, runtime, layer, operands, 'NHWC');
}

const newOutput: Way = (runtime, layer, { input, filters }) => {
  const operator = prepareLayer(runtime, layer, filters, 'NHWC');
  let result: Tensor | undefined;
  const run = () => {
    result = operator.run(input as Tensor);
  };
  return { run, output: () => result!.data };
};

const shot: Way = (runtime, layer, operands) => {
  let result: Tensor | undefined;
  const run = () => {
    result = oneShot(runtime, layer, operands, 'NHWC');
  };
  return { run, output: () => result!.data };
};

function channelsFirst(memory: Memory): Way {
  return (runtime, layer, { input, filters }) => {
    const first = { data: toChannelsFirst(input.data, input.shape), shape: channelsFirstShape(input.shape) };
    const { run, output } = withOut(memory, runtime, layer, { input: first, filters }, 'NCHW');
    return { run, output: async () => toChannelsLast(await output(), outputShape(layer)) };
  };
}

/** A separable convolution as a depthwise and a pointwise one, its intermediate in memory. */
function twoCalls(memory: Memory): Way {
  return (runtime, layer, { input, filters }) => {
    const first = prepareLayer(runtime, { ...layer, operation: 'depthwiseConv2d' }, [filters[0]], 'NHWC');
    const second = prepareLayer(runtime, pointwise(1, layer.input[3], layer.outputs), [filters[1]], 'NHWC');
    const place = placed(memory, runtime, input);
    const between = memory(runtime, first.outputShape(layer.input), 'float32') as Tensor;
    const out = memory(runtime, outputShape(layer), 'float32') as Tensor;
    const run = () => {
      first.run(place as Tensor, { out: between });
      second.run(between, { out });
    };
    return { run, output: () => out.data };
  };
}

function withOut(memory: Memory, runtime: Runtime, layer: MeasuredLayer, operands: Operands, layout: Layout): Started {
  const operator = prepareLayer(runtime, layer, operands.filters, layout);
  const input = placed(memory, runtime, operands.input);
  const out = memory(runtime, operator.outputShape(input.shape), layer.dtype);
  const run = () => {
    operator.run(input as Tensor, { out: out as Tensor });
  };
  return { run, output: () => out.data };
}

function placed(memory: Memory, runtime: Runtime, { data, shape }: Tensor<TensorData>): Tensor<TensorData> {
  const copy = memory(runtime, shape, data instanceof Uint8Array ? 'uint8' : 'float32');
  copy.data.set(data);
  return copy;
}

interface Variant extends Partial<Contender> {
  readonly node?: () => string;
  readonly options?: RuntimeOptions;
  /** What the name says beside the backend. */
  readonly label?: string;
  /** How it runs networks, where it does. */
  readonly network?: NetworkWay;
}

function contender(backend: string, way: Way, { node, options, label, network, ...rest }: Variant = {}): Contender {
  const [kind, isa] = backend === auto ? ['native'] : backend.split('/');
  const threads = options?.threads ?? 1;
  const load = () => runtimeOf({ backend: kind as RuntimeOptions['backend'], isa, threads, ...options });
  return {
    name: [backend, label].filter((word) => word !== undefined).join(' '),
    class: kind === 'reference' ? 'javascript' : (kind as 'native' | 'wasm'),
    unit: units[backend],
    threads,
    exact: true,
    library: 'sepconv',
    takes: () => true,
    takesNetworks: network !== undefined,
    ...rest,
    runs: {
      kind: 'javascript',
      node,
      start: async (layer, operands) => way(await load(), layer, operands),
      startNetwork: async (layers, operands) => network!(await load(), layers, operands),
    },
  };
}

async function runtimeOf(options: RuntimeOptions): Promise<Runtime> {
  try {
    return await createRuntime(options);
  } catch (error) {
    throw error instanceof SepconvError ? new Absent(error.message) : error;
  }
}

const blocks: readonly MeasuredLayer['operation'][] = ['depthwiseConv2d', 'pointwiseConv2d', 'separableConv2d'];
const isBlock = ({ operation }: MeasuredLayer) => blocks.includes(operation);
const isSeparable = ({ operation }: MeasuredLayer) => operation === 'separableConv2d';
const threads = availableParallelism();

const hasPlanes = ({ operation }: MeasuredLayer) => operation !== 'activate';
const [usual, inPlace] = [preparedNetwork(plainPlace), preparedNetwork(allocatedPlace)];

export const ours: readonly Contender[] = [
  contender(auto, prepared(plain), { always: true, charted: true, network: usual }),
  ...(threads > 1
    ? [contender(auto, prepared(plain), { label: `× ${threads}`, options: { threads }, network: usual })]
    : []),
  contender(auto, newOutput, { label: 'new output', network: newOutputs }),
  contender(auto, shot, { label: 'one-shot', network: oneShots }),
  contender(auto, prepared(allocated), { label: 'allocated', network: inPlace }),
  contender(auto, prepared(plain), {
    label: 'fast',
    options: { precision: 'fast' },
    unit: 'fma',
    exact: false,
    library: undefined,
    network: usual,
  }),
  contender(auto, channelsFirst(plain), { label: 'NCHW', takes: hasPlanes }),
  contender(auto, twoCalls(plain), { label: 'two calls', takes: isSeparable }),
  ...named.map((set) => contender(set, prepared(plain), { network: usual })),
  contender(wasm, prepared(plain), { always: true, charted: true, network: usual }),
  contender(wasm, prepared(allocated), { label: 'allocated', network: inPlace }),
  contender(wasm, prepared(allocated), {
    label: 'allocated on Node 24',
    node: node24,
    takes: isBlock,
    network: inPlace,
  }),
  contender(wasm, channelsFirst(plain), { label: 'NCHW', takes: hasPlanes }),
  contender(wasm, twoCalls(plain), { label: 'two calls', takes: isSeparable }),
  contender(wasm, shot, { label: 'one-shot', network: oneShots }),
  contender('reference', prepared(plain), { takes: (layer) => multiplyAdds(layer) < slowLimit / 4 }),
];
