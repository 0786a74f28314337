// Packed weights, and the plans of runs with them.
import { allocateBytes } from '../../core/arrays.js';
import type { Plan, Prepared, Stage } from '../../core/kernels.js';
import { type Params, packParams } from '../../core/params.js';
import { byteExtentsOf, workOf } from '../../core/places.js';
import type { Adapter, Planes } from '../channels-last.js';
import { type Addon, type AddonKernel, planFields } from './addon.js';

/** Multiply-adds of a part of a run that may be aborted: less than a millisecond, on all but scalar kernels. */
const workPerShortPart = 2 ** 23;

/** Parts that each thread takes of a run, so that one that is held up leaves little to wait for. */
const partsPerThread = 2;

/** Multiply-adds for each byte of weights, below which a part would mostly read weights that others read as well. */
const leastWorkPerByte = 25;

/** Packed weights, in memory that JavaScript collects and that nobody else sees. */
export class NativePrepared implements Prepared {
  readonly #addon: Addon;
  readonly #kernel: AddonKernel;
  readonly #adapt: Adapter;
  readonly #threadsFor: (params: readonly Params[]) => number;
  #packed: ArrayBuffer;

  constructor(
    addon: Addon,
    kernel: AddonKernel,
    stages: readonly Stage[],
    adapt: Adapter,
    threadsFor: (params: readonly Params[]) => number,
  ) {
    const params = packParams(stages.map(({ config }) => config));
    const slopes = stages.map(({ slope }) => slope);
    const bytes = addon.packedBytes(kernel, params) + slopes.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#addon = addon;
    this.#kernel = kernel;
    this.#adapt = adapt;
    this.#threadsFor = threadsFor;
    this.#packed = allocateBytes(bytes, 'packed weights');
    const filters = stages.map(({ filter }) => filter);
    const biases = stages.map(({ bias }) => bias);
    addon.pack(kernel, params, filters, biases, slopes, this.#packed);
  }

  plan(params: readonly Params[]): NativePlan {
    const { params: own, planes } = this.#adapt(params);
    return new NativePlan(this.#addon, this.#kernel, this.#packed, params, own, planes, this.#threadsFor(params));
  }

  dispose(): void {
    this.#packed = noBytes;
  }
}

const noBytes = new ArrayBuffer(0);

/** @param most that are worth it, if each thread has one */
function partsOf(threads: number, most: number): number {
  if (threads === 1) return 1;
  return Math.max(threads, Math.min(threads * partsPerThread, Math.floor(most)));
}

/** A Plan of native/plan.h. */
export class NativePlan implements Plan {
  readonly params: readonly Params[];
  readonly units: number;
  readonly scratchBytes: number;
  readonly buffer: ArrayBuffer;
  /** Kept as long as this: the plan has its address. */
  readonly packed: ArrayBuffer;

  constructor(
    addon: Addon,
    kernel: AddonKernel,
    packed: ArrayBuffer,
    params: readonly Params[],
    own: readonly Params[],
    planes: Planes | undefined,
    threads: number,
  ) {
    const fields = new Float64Array(addon.planBytes / 8);
    const { inputBytes, outputBytes } = byteExtentsOf(params);
    fields[planFields.inputBytes] = inputBytes;
    fields[planFields.outputBytes] = outputBytes;
    if (planes !== undefined) {
      fields.set([planes.batch, planes.inputChannels, planes.inputPixels], planFields.input);
      fields.set([planes.batch, planes.outputChannels, planes.outputPixels], planFields.output);
    }
    fields[planFields.threads] = threads;
    const parts = partsOf(threads, workOf(params) / packed.byteLength / leastWorkPerByte);
    fields[planFields.parts] = parts;
    fields[planFields.shortParts] = Math.max(parts, Math.ceil(workOf(params) / workPerShortPart));
    addon.plan(kernel, packed, packParams(own), fields.buffer);
    this.params = params;
    this.units = fields[planFields.units];
    this.scratchBytes = fields[planFields.scratchBytes];
    this.buffer = fields.buffer;
    this.packed = packed;
  }
}
