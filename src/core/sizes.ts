// What inputs of one shape have in common.
import { type Continuation, onCopies } from './border.js';
import type { Plan, Prepared } from './kernels.js';
import { imageShape, inputSize } from './layout.js';
import type { Params } from './params.js';
import { outputShapeOf, paramsFor, type Settled } from './settled.js';
import { readShape, type Shape, sameShape, sizeOf } from './shape.js';

export class Sized {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly inputLength: number;
  readonly outputLength: number;
  readonly params: readonly Params[];
  /** What the padding of the input holds, and the elements of a copy with it. */
  readonly border: Continuation | undefined;
  readonly copyLength: number = 0;
  readonly #kernelParams: readonly Params[];
  #plan: Plan | undefined;

  /** @throws SepconvError where the op takes no such input */
  constructor(settled: Settled, inputShape: Shape) {
    this.params = paramsFor(settled, inputShape);
    this.inputShape = inputShape;
    this.outputShape = Object.freeze(outputShapeOf(settled, this.params));
    this.inputLength = sizeOf(inputShape);
    this.outputLength = sizeOf(this.outputShape);
    this.border = settled.border;
    this.#kernelParams = this.params;
    if (this.border !== undefined) {
      this.#kernelParams = onCopies(this.params);
      const copy = imageShape(inputSize(this.#kernelParams[0]), settled.layout);
      this.copyLength = sizeOf(readShape('input with its border', copy));
    }
  }

  /** Made for the first run. */
  planOf(prepared: Prepared): Plan {
    this.#plan ??= prepared.plan(this.#kernelParams);
    return this.#plan;
  }
}

/** The sizes of an operator's runs, of which the last is kept. */
export class Sizes {
  readonly #settled: Settled;
  #last: Sized | undefined;

  constructor(settled: Settled) {
    this.#settled = settled;
  }

  get lastShape(): Shape | undefined {
    return this.#last?.inputShape;
  }

  of(inputShape: Shape): Sized {
    const last = this.#last;
    if (last !== undefined && sameShape(last.inputShape, inputShape)) return last;
    const sized = new Sized(this.#settled, inputShape);
    this.#last = sized;
    return sized;
  }
}
