// The addon's kernels. The addon knows ops and instruction sets by name; the lists are compared when it loads.
import { SepconvError } from '../core/errors.js';
import { kernelName, kernelNames } from '../core/kernel-names.js';
import type { BackendSource, Kernels, Memory, Prepared, Stage } from '../core/kernels.js';
import { type Params, packParams, paramWords } from '../core/params.js';
import { type ArrayType, allocate, type TensorData } from '../core/tensor.js';
import { channelsLast, type Transpose } from './channels-last.js';

/** What native/addon.cc exports. */
interface Addon {
  /** The instruction sets that run on this processor, best first. */
  readonly isas: readonly string[];
  /** Those whose kernels fuse multiplication and addition. */
  readonly fusedIsas: readonly string[];
  readonly kernels: readonly string[];
  readonly paramBytes: number;
  /** Bytes of a line of the cache. */
  readonly lineBytes: number;
  /** From the data of an array to where the next line begins: 0 at the beginning of one. */
  bytesToLine(array: TensorData): number;
  /** Transposes float32 or uint8 matrices [rows, columns], in so many parts. */
  transpose(from: TensorData, to: TensorData, batch: number, rows: number, columns: number, parts: number): void;
  readonly Prepared: new (
    isa: string,
    kernel: string,
    params: Int32Array,
    filters: readonly Float32Array[],
    biases: readonly Float32Array[],
    slopes: readonly Float32Array[],
  ) => AddonPrepared;
}

interface AddonPrepared {
  /** The params of the runs that follow, and in how many parts to do them. */
  settle(params: Int32Array, parts: number): void;
  /** False where memory is short; nothing is written then. */
  run(input: TensorData, output: TensorData, residual: TensorData | undefined): boolean;
  dispose(): void;
}

/** Multiply-adds that are worth a thread: waking one costs about as much as this many. */
const workPerThread = 2 ** 20;

/**
 * @param load gives the addon, or throws the reason why there is none
 * @param parallelism threads of a runtime that does not name a number
 */
export function nativeSource(load: () => unknown, parallelism: number): BackendSource {
  let addon: Addon | undefined;
  const loaded = (): Addon => {
    addon ??= checkAddon(load() as Addon);
    return addon;
  };
  return {
    backend: 'native',
    isas: (precision) => (precision === 'fast' ? loaded().fusedIsas : loaded().isas),
    load: (isa, threads) => nativeKernels(loaded(), isa, threads, parallelism),
  };
}

function checkAddon(addon: Addon): Addon {
  const missing = kernelNames.filter((name) => !addon.kernels?.includes(name));
  if (missing.length > 0 || addon.kernels.length !== kernelNames.length || addon.paramBytes !== paramWords * 4) {
    throw new SepconvError('ERR_KERNEL', 'the addon was built from another version of the sources; build it again');
  }
  return addon;
}

function nativeKernels(addon: Addon, isa: string, threads: number | undefined, parallelism: number): Kernels {
  return {
    backend: 'native',
    isa,
    threads: threads ?? parallelism,
    precision: addon.fusedIsas.includes(isa) ? 'fast' : 'exact',
    prepare(op, stages) {
      const name = kernelName(op, stages);
      const prepared = prepareNative(addon, isa, name, stages);
      let parts = 1;
      const operator: Prepared = {
        settle(params) {
          parts = threads ?? worthwhileParts(params, parallelism);
          prepared.settle(packParams(params), parts);
        },
        run(input, output, residual) {
          if (!prepared.run(input, output, residual)) throw outOfMemory();
        },
        dispose: () => prepared.dispose(),
      };
      if (name !== op) return operator;
      const transpose: Transpose = (from, to, batch, rows, columns) =>
        addon.transpose(from, to, batch, rows, columns, parts);
      return channelsLast(op, operator, transpose);
    },
    allocate: (type, length) => alignedMemory(addon, type, length),
  };
}

/** Begins on a line of the cache. Large arrays of JavaScript begin 16 bytes after one where glibc gives the memory, and
 * then half of the vectors of 32 bytes lie on two lines. */
function alignedMemory(addon: Addon, type: ArrayType, length: number): Memory {
  // As many elements to spare as a line has bytes: enough, whatever their size.
  const room = allocate(type, length, addon.lineBytes);
  const begin = addon.bytesToLine(room) / room.BYTES_PER_ELEMENT;
  return { data: room.subarray(begin, begin + length), free: () => {} };
}

function prepareNative(addon: Addon, isa: string, kernel: string, stages: readonly Stage[]): AddonPrepared {
  const params = packParams(stages.map(({ config }) => config));
  const filters = stages.map(({ filter }) => filter);
  const biases = stages.map(({ bias }) => bias);
  const slopes = stages.map(({ slope }) => slope);
  try {
    return new addon.Prepared(isa, kernel, params, filters, biases, slopes);
  } catch (cause) {
    throw outOfMemory(cause);
  }
}

function outOfMemory(cause?: unknown): SepconvError {
  return new SepconvError(
    'ERR_MEMORY',
    'the native backend ran out of memory; use a smaller batch or image',
    {},
    cause,
  );
}

/** As many threads as the multiply-adds of a call are worth. */
function worthwhileParts(params: readonly Params[], parallelism: number): number {
  const work = params.reduce((sum, p) => sum + outputElements(p) * p.products, 0);
  return Math.min(parallelism, Math.max(1, Math.floor(work / workPerThread)));
}

function outputElements(p: Params): number {
  return p.batch * p.outputHeight * p.outputWidth * p.outputChannels;
}
