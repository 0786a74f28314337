// What a started run reads and writes in place of arrays that other JavaScript may transfer, resize or write meanwhile.
import { allocate, arrayOn, bufferOf, dtypeOf, type TensorData } from './arrays.js';
import type { Call } from './call.js';
import type { Kernels, Memory, Waited } from './kernels.js';
import { isShared } from './overlap.js';
import type { Dtype } from './params.js';

/** Arrays that runs have for themselves, used again when they are over. */
export class Staging {
  readonly #free: TensorData[] = [];

  take(dtype: Dtype, length: number): TensorData {
    const found = this.#free.findIndex((array) => array.length === length && dtypeOf(array) === dtype);
    return found < 0 ? allocate(dtype, length) : this.#free.splice(found, 1)[0];
  }

  /** @param most arrays to keep, the last ones */
  give(arrays: readonly TensorData[], most: number): void {
    this.#free.unshift(...arrays);
    this.#free.length = Math.min(this.#free.length, most);
  }
}

/** Input, residual and output of a run may each have one. */
const arraysPerRun = 3;

/**
 * Starts a checked call, its places staged where they could be taken away, and delivers its output.
 *
 * @param runs that are under way with this one, whose arrays are kept for the next ones
 */
export async function startCall(
  kernels: Kernels,
  call: Call,
  staging: Staging,
  signal: AbortSignal | undefined,
  runs: number,
  waited: Waited | undefined,
): Promise<void> {
  const { step, inputType, outputType } = call;
  const { inputLength, outputLength } = call.sized;
  const taken: TensorData[] = [];
  const staged = (dtype: Dtype, length: number): TensorData => {
    const array = staging.take(dtype, length);
    taken.push(array);
    return array;
  };
  const read = (place: Memory | TensorData, dtype: Dtype, length: number): Memory | TensorData => {
    if (isFixed(kernels, place)) return place;
    const copy = staged(dtype, length);
    copy.set(ArrayBuffer.isView(place) ? place : arrayOn(place.buffer, place.byteOffset, length, dtype));
    return copy;
  };
  try {
    const input = read(step.input.memory, inputType, inputLength);
    const residual = step.residual && read(step.residual.memory, outputType, outputLength);
    const isOwn = !call.hasOut || step.output.memory !== call.wanted || isFixed(kernels, call.wanted);
    step.fill(step.plan, input, isOwn ? step.output.memory : staged(outputType, outputLength), residual);
    await kernels.start(call.steps, signal, waited);
    call.deliver();
  } finally {
    staging.give(taken, runs * arraysPerRun);
  }
}

/** Whether nothing can take these bytes away: memory that the backend holds, or memory that is shared. */
function isFixed(kernels: Kernels, place: Memory | TensorData): boolean {
  return ArrayBuffer.isView(place) ? isShared(bufferOf(place)) : kernels.holds(place);
}
