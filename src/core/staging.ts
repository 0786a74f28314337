// What a started run reads and writes in place of arrays that other JavaScript may transfer, resize or write meanwhile.
import { allocate, bufferOf, dtypeOf, isShared, outOfMemory, type TensorData } from './arrays.js';
import { copyWithBorder } from './border.js';
import type { Call } from './call.js';
import type { Kernels, Memory, Waited } from './kernels.js';
import type { Dtype } from './params.js';
import { elementsOf } from './places.js';

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

  clear(): void {
    this.#free.length = 0;
  }
}

/** Input, residual and output of a run may each have one. */
const arraysPerRun = 3;

/** Elements of a copy with its border, above which it must be of some use: far strides or dilations read little of it. */
const mostCopied = 2 ** 26;
const mostCopiedPerElement = 16;

/**
 * Puts a copy with its border in the place of a checked call's input, where it has one.
 *
 * @throws SepconvError `ERR_MEMORY` where the border would be nearly all that there is
 */
function copyInput({ inputType, sized, step }: Call, staging: Staging): TensorData | undefined {
  const { border, copyLength, inputLength, outputLength, params } = sized;
  if (border === undefined) return undefined;
  if (copyLength > mostCopied && copyLength > mostCopiedPerElement * (inputLength + outputLength)) {
    throw outOfMemory(`${copyLength} elements for the input with its border`, copyLength);
  }
  const copy = staging.take(inputType, copyLength);
  copyWithBorder(elementsOf(step.input.memory, inputLength, inputType), copy, border, params[0]);
  step.input.memory = copy;
  return copy;
}

/**
 * Runs a checked call on this thread, and delivers its output.
 *
 * @param runs that are under way beside it
 */
export function runCall(kernels: Kernels, call: Call, staging: Staging, runs: number): void {
  if (!call.isEmpty) {
    const copy = copyInput(call, staging);
    try {
      kernels.run(call.steps);
    } finally {
      if (copy !== undefined) staging.give([copy], runs * arraysPerRun + 1);
    }
  }
  call.deliver();
}

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
    copy.set(elementsOf(place, length, dtype));
    return copy;
  };
  const bordered = copyInput(call, staging);
  if (bordered !== undefined) taken.push(bordered);
  try {
    const input = bordered ?? read(step.input.memory, inputType, inputLength);
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
