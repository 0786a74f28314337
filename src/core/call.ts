// One run of an operator: what the caller gave, read once, then checked, then a step.
import { AllocatedTensor } from './allocated.js';
import { allocate, type TensorData } from './arrays.js';
import { invalid } from './errors.js';
import type { Memory, Place, Plan, Prepared, Step } from './kernels.js';
import { checkOverlap } from './overlap.js';
import type { Dtype } from './params.js';
import { elementsOf } from './places.js';
import type { Settled } from './settled.js';
import type { Sized, Sizes } from './sizes.js';
import { placeOf, readTensorData, readTensorShape, type Tensor } from './tensor.js';

export class Call {
  sized!: Sized;
  /** What the caller gets. */
  result!: Tensor<TensorData>;
  /** Where the output is wanted; the step's own output is another where the two must not be one. */
  wanted!: Memory | TensorData;
  readonly step = new OwnStep();
  readonly steps: readonly Step[] = [this.step];
  #settled!: Settled;
  #input: unknown;
  #residual: unknown;
  #isAdded = false;
  #out: Tensor<TensorData> | undefined;
  #output: unknown;

  /** Reads what the caller gave, which may run any code of the caller's. */
  read(settled: Settled, sizes: Sizes, input: unknown, out: unknown, residual: unknown): void {
    const sized = sizes.of(readTensorShape('input', input, 4, sizes.lastShape));
    this.#settled = settled;
    this.sized = sized;
    this.#input = readTensorData('input', input as object);
    this.#isAdded = residual !== undefined || settled.residual === 'required';
    this.#residual = this.#isAdded ? readLikeOutput('residual', residual, sized) : undefined;
    this.#out = out as Tensor<TensorData> | undefined;
    this.#output = out === undefined ? undefined : readLikeOutput('out', out, sized);
  }

  /** Checks what was read, and makes the step of it; nothing of the caller's runs from here on. */
  check(prepared: Prepared): void {
    const { inputType, outputType, inPlace } = this.#settled;
    const { inputLength, outputLength, outputShape } = this.sized;
    const input = placeOf('input', this.#input, inputLength, inputType);
    const residual = this.#isAdded ? placeOf('residual', this.#residual, outputLength, outputType) : undefined;
    if (this.#out === undefined) {
      const data = allocate(outputType, outputLength);
      this.wanted = data;
      this.result = { data, shape: outputShape };
    } else {
      this.wanted = placeOf('out', this.#output, outputLength, outputType);
      this.result = this.#out;
    }
    const clash = checkOverlap(this.wanted, 'input', input, inPlace);
    const clashes = (residual !== undefined && checkOverlap(this.wanted, 'residual', residual, inPlace)) || clash;
    const output = clashes ? allocate(outputType, outputLength) : this.wanted;
    this.step.fill(this.sized.planOf(prepared), input, output, residual);
  }

  get inputType(): Dtype {
    return this.#settled.inputType;
  }

  get outputType(): Dtype {
    return this.#settled.outputType;
  }

  /** Whether there is nothing to compute. */
  get isEmpty(): boolean {
    return this.sized.outputLength === 0;
  }

  /** Whether the caller has the output's memory too. */
  get hasOut(): boolean {
    return this.#out !== undefined;
  }

  /** Brings the output to where it is wanted. The caller may have done anything to that place while the run was started. */
  deliver(): void {
    const output = this.step.output.memory;
    if (output === this.wanted) return;
    const { outputType } = this.#settled;
    const { outputLength } = this.sized;
    // Whoever disposes of an output while it is computed does not want it.
    if (AllocatedTensor.is(this.#output) && AllocatedTensor.memoryOf(this.#output) === undefined) return;
    const wanted = this.hasOut ? placeOf('out', this.#output, outputLength, outputType) : this.wanted;
    elementsOf(wanted, outputLength, outputType).set(output as TensorData);
  }

  /** Keeps nothing of the caller's. */
  clear(): void {
    this.step.clear();
    this.result = this.wanted = this.#input = this.#residual = this.#output = this.#out = undefined as never;
  }
}

/** A step and its places, which can be filled again; between runs they hold nothing. */
class OwnStep implements Step {
  plan!: Plan;
  readonly input = new OwnPlace();
  readonly output = new OwnPlace();
  residual: OwnPlace | undefined;
  readonly #added = new OwnPlace();

  fill(
    plan: Plan,
    input: Memory | TensorData,
    output: Memory | TensorData,
    residual: Memory | TensorData | undefined,
  ): void {
    this.plan = plan;
    this.input.memory = input;
    this.output.memory = output;
    this.residual = residual === undefined ? undefined : this.#added;
    this.#added.memory = residual as Memory | TensorData;
  }

  clear(): void {
    this.fill(undefined as never, undefined as never, undefined as never, undefined);
  }
}

class OwnPlace implements Place {
  memory!: Memory | TensorData;
  readonly byteOffset = 0;
}

/** Reads the data of a tensor that has the output's shape. */
function readLikeOutput(argument: string, value: unknown, { outputShape }: Sized): unknown {
  const shape = readTensorShape(argument, value, 4, outputShape);
  if (shape !== outputShape) {
    const expected = `the output's shape ${JSON.stringify(outputShape)}`;
    throw invalid('ERR_SHAPE', `${argument}.shape`, expected, shape, 'ask outputShape for it');
  }
  return readTensorData(argument, value as object);
}
