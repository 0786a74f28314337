// A runtime is every operation bound to one backend.
import { AllocatedTensor } from '../core/allocated.js';
import type { TensorData } from '../core/arrays.js';
import type { Backend, Kernels, Precision } from '../core/kernels.js';
import { readName } from '../core/options.js';
import { type Dtype, dtypes } from '../core/params.js';
import { readShape, type Shape } from '../core/shape.js';
import { type Operations, operationsOn } from '../ops/index.js';
import { currentHost, defaultSelection } from './host.js';
import { type RuntimeOptions, type Selection, selectAndStart } from './select.js';

/** What runs, and why. */
export interface RuntimeInfo {
  readonly backend: Backend;
  /** The instruction set of the kernels: `'avx2'`, `'sse2'`, `'scalar'`, `'simd128'` or, for the reference, `'none'`. */
  readonly isa: string;
  readonly threads: number;
  /** `'fast'` where the kernels fuse multiplication and addition. */
  readonly precision: Precision;
  /**
   * One sentence for each better choice that does not run here, one for an instruction set that serves beside this one
   * where it is faster, then one for this choice.
   */
  readonly reasons: readonly string[];
}

export interface Runtime extends Operations {
  readonly info: RuntimeInfo;
  /**
   * A tensor in the memory of this runtime's backend, of zeros. The WASM kernels use it in place: layers that hand such
   * tensors to each other copy nothing in between. For the native ones its data begins on a cache line (64 bytes). See
   * `AllocatedTensor`.
   *
   * @param shape positive integers, the slowest axis first; the first one may be 0
   * @param dtype default `'float32'`
   * @returns the tensor, to be disposed when it is no longer used
   * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`
   * @example
   * const features = runtime.allocate(layer.outputShape(image.shape));
   * layer.run(image, { out: features });
   */
  allocate(shape: Shape, dtype?: 'float32'): AllocatedTensor;
  allocate(shape: Shape, dtype: 'uint8'): AllocatedTensor<Uint8Array>;
  allocate(shape: Shape, dtype?: Dtype): AllocatedTensor<TensorData>;
}

/** That of the default kernels, made when it is first asked for. */
const runtimes = new WeakMap<Selection, Runtime>();

/**
 * The same operations bound to a backend of your choice.
 *
 * @param options backend, instruction set, threads, precision
 * @returns the operations, and `info` on what runs
 * @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE` where a backend or instruction set asked for by name does not
 * run here, `ERR_OPTION`
 * @example
 * const wasm = await createRuntime({ backend: 'wasm' });
 * const filtered = wasm.depthwiseConv2d(image, filter);
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  return runtimeOf(await selectAndStart(currentHost(), options));
}

/**
 * The runtime behind the plain functions: `auto`, or what the environment variables say.
 *
 * @returns the same one at every call
 * @throws SepconvError `ERR_BACKEND_UNAVAILABLE`, `ERR_OPTION` where the variables name what is not there
 * @example
 * const { backend, isa, reasons } = defaultRuntime().info;
 */
export function defaultRuntime(): Runtime {
  const selection = defaultSelection();
  const runtime = runtimes.get(selection) ?? runtimeOf(selection);
  runtimes.set(selection, runtime);
  return runtime;
}

function runtimeOf({ kernels, reasons }: Selection): Runtime {
  const { backend, isa, threads, precision } = kernels;
  return {
    ...operationsOn(() => kernels),
    info: Object.freeze({ backend, isa, threads, precision, reasons }),
    allocate: (shape: Shape, dtype?: Dtype) => allocateOn(kernels, shape, dtype),
  };
}

function allocateOn(kernels: Kernels, shape: Shape, dtype: Dtype | undefined): AllocatedTensor<never> {
  const type = readName('dtype', dtype, dtypes, 'float32');
  const sizes = readShape('shape', shape);
  return new AllocatedTensor(kernels.allocate(AllocatedTensor.bytesOf(sizes, type)), sizes, type);
}
