// A network trained in PyTorch: its weights from a file, its normalisations folded, every layer prepared once, and two
// buffers that the layers fill in turns. The two files are what this leaves behind, for a list of layers written by hand:
//
//   state = {name: t.contiguous().numpy() for name, t in model.state_dict().items() if t.dtype == torch.float32}
//   tensors, offset = {}, 0
//   with open("network.bin", "wb") as file:
//       for name, array in state.items():
//           tensors[name] = {"shape": array.shape, "offset": offset}
//           offset += file.write(array.astype("<f4").tobytes())
//   json.dump({"layers": layers, "tensors": tensors}, open("network.json", "w"))
import { readFile } from 'node:fs/promises';
import {
  foldBatchNorm,
  type Operator,
  type Pair,
  prepareConv2d,
  prepareDepthwiseConv2d,
  prepareGlobalAvgPool2d,
  preparePointwiseConv2d,
  type Tensor,
  tensor,
} from '../../src/entries/node.js';

/** A convolution, `nn.Linear` after the pooling being one of 1×1, or the mean of each channel. */
export type Layer =
  | { readonly type: 'mean' }
  | {
      readonly type: 'conv';
      /** In the state: `<name>.weight` and perhaps `<name>.bias`. */
      readonly name: string;
      /** Of the BatchNorm2d that follows. */
      readonly norm?: string;
      readonly stride?: Pair;
      readonly padding?: Pair;
      readonly groups?: number;
      readonly activation?: 'relu' | 'relu6' | 'hardSwish' | 'silu';
    };

/** What `network.json` holds. */
export interface Manifest {
  readonly layers: readonly Layer[];
  /** Shapes as PyTorch has them, [outputs, inputs / groups, height, width]; offsets in bytes of `network.bin`. */
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly offset: number }>>;
}

/** BatchNorm2d's default. */
const epsilon = 1e-5;

/** A network that is ready to run, until it is disposed. */
export class Network {
  readonly #operators: readonly Operator[];
  readonly #buffers = [new Float32Array(), new Float32Array()];

  constructor(operators: readonly Operator[]) {
    this.#operators = operators;
  }

  /**
   * Runs every layer.
   *
   * @param input [n, height, width, channels]: PyTorch's [n, channels, height, width] with its axes in this order
   * @returns [n, 1, 1, classes] in a buffer that the next run writes over
   */
  run(input: Tensor): Tensor {
    let seen = input;
    for (const [index, operator] of this.#operators.entries()) {
      const shape = operator.outputShape(seen.shape);
      seen = operator.run(seen, { out: tensor(this.#buffer(index % 2, shape), shape) });
    }
    return seen;
  }

  /** One of the two, grown where a larger image needs it. */
  #buffer(which: number, shape: readonly number[]): Float32Array {
    const size = shape.reduce((a, b) => a * b);
    if (this.#buffers[which].length < size) this.#buffers[which] = new Float32Array(size);
    return this.#buffers[which].subarray(0, size);
  }

  [Symbol.dispose](): void {
    for (const operator of this.#operators) operator[Symbol.dispose]();
  }
}

/** Reads the two files and prepares the layers. */
export async function loadNetwork(jsonPath: string, binaryPath: string): Promise<Network> {
  const { layers, tensors } = JSON.parse(await readFile(jsonPath, 'utf8')) as Manifest;
  const { buffer, byteOffset } = await readFile(binaryPath);
  const read = (name: string): Tensor => {
    const { shape, offset } = tensors[name];
    const bytes = 4 * shape.reduce((a, b) => a * b, 1);
    // A copy, since a file's bytes need not begin where a Float32Array may.
    return tensor(new Float32Array(buffer.slice(byteOffset + offset, byteOffset + offset + bytes)), shape);
  };
  const has = (name: string) => Object.hasOwn(tensors, name);
  return new Network(layers.map((layer) => prepare(layer, read, has)));
}

function prepare(layer: Layer, read: (name: string) => Tensor, has: (name: string) => boolean): Operator {
  if (layer.type === 'mean') return prepareGlobalAvgPool2d();
  const { name, norm, stride: strides, padding, groups = 1, activation } = layer;
  const plain = {
    filter: read(`${name}.weight`),
    bias: has(`${name}.bias`) ? read(`${name}.bias`).data : undefined,
  };
  const { filter, bias } = norm === undefined ? plain : folded(plain.filter, plain.bias, norm, read);
  const options = { filterLayout: 'OIHW', bias, activation, strides } as const;
  const [outputs, inputs, height = 1, width = 1] = filter.shape;
  if (groups > 1 && inputs === 1) {
    return prepareDepthwiseConv2d(filter, { ...options, padding, groups });
  }
  return groups === 1 && height * width === 1
    ? preparePointwiseConv2d(tensor(filter.data, [outputs, inputs]), options)
    : prepareConv2d(filter, { ...options, padding, groups });
}

function folded(filter: Tensor, bias: Float32Array | undefined, norm: string, read: (name: string) => Tensor) {
  const values = (name: string) => read(`${norm}.${name}`).data;
  const statistics = {
    gamma: values('weight'),
    beta: values('bias'),
    mean: values('running_mean'),
    variance: values('running_var'),
    epsilon,
  };
  return foldBatchNorm(filter, bias, statistics, { filterLayout: 'OIHW' });
}
