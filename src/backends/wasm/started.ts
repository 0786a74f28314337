// A step of a started run: passes that copy its operands in, compute and copy the output out, in a block of its own.
import { arrayClasses } from '../../core/arrays.js';
import type { Place, Step } from '../../core/kernels.js';
import type { Dtype } from '../../core/params.js';
import { arrayAt } from '../../core/places.js';
import type { Pass, Slices } from '../../core/slices.js';
import { aligned, type Heap } from './heap.js';
import type { WasmPlan } from './plan.js';
import { type Matrices, matricesOf, tileElements, tilesOf, transposeTiles } from './transpose.js';

/** What an element, a product and a copied element take on a slow machine. */
const elementNanoseconds = 16;
const productNanoseconds = 1;
const copyNanoseconds = 1;
const transpositionNanoseconds = 4;

/** An operand, and where it stands in this memory, else −1. */
interface Operand {
  readonly place: Place;
  readonly address: number;
  readonly bytes: number;
  readonly dtype: Dtype;
}

export class StartedStep {
  readonly plan: WasmPlan;
  readonly #heap: Heap;
  readonly #input: Operand;
  readonly #output: Operand;
  readonly #residual: Operand | undefined;

  /** @throws SepconvError `ERR_BUFFER` */
  constructor(heap: Heap, { plan, input, output, residual }: Step) {
    this.plan = plan as WasmPlan;
    const { inputBytes, inputType, outputBytes, outputType } = this.plan;
    const operand = (place: Place, bytes: number, dtype: Dtype): Operand => {
      return { place, bytes, dtype, address: heap.addressOfPlace(place, bytes) };
    };
    this.#heap = heap;
    this.#input = operand(input, inputBytes, inputType);
    this.#output = operand(output, outputBytes, outputType);
    this.#residual = residual && operand(residual, outputBytes, outputType);
  }

  /** @throws SepconvError (rejects) `ERR_MEMORY` before anything is written, `ERR_BUFFER`; what the slices throw */
  async run(slices: Slices): Promise<void> {
    const block = this.#heap.allocate(this.#bytes());
    try {
      for (const pass of this.#passes(block.address)) await slices.run(pass);
    } finally {
      this.#heap.free(block);
    }
  }

  #bytes(): number {
    const { headBytes, scratchBytes } = this.plan;
    return headBytes + this.#room(this.#input) + this.#room(this.#residual) + this.#room(this.#output) + scratchBytes;
  }

  /** What a copy of an operand takes. */
  #room(operand: Operand | undefined): number {
    if (operand === undefined || (operand.address >= 0 && this.plan.planes === undefined)) return 0;
    return aligned(operand.bytes);
  }

  *#passes(headAt: number): Generator<Pass> {
    const { plan } = this;
    const matrices = plan.planes && matricesOf(plan.planes);
    let free = headAt + plan.headBytes;
    const place = (operand: Operand | undefined): number => {
      const room = this.#room(operand);
      free += room;
      return room > 0 ? free - room : (operand?.address ?? 0);
    };
    const inputAt = place(this.#input);
    const residualAt = place(this.#residual);
    const outputAt = place(this.#output);
    if (inputAt !== this.#input.address) yield this.#copy(this.#input, inputAt, 'in', matrices?.input);
    if (this.#residual !== undefined && residualAt !== this.#residual.address) {
      yield this.#copy(this.#residual, residualAt, 'in', matrices?.residual);
    }
    plan.begin(headAt, inputAt, outputAt, residualAt);
    const elements = this.#output.bytes / arrayClasses[this.#output.dtype].bytes;
    const work = plan.params.reduce((sum, p) => sum + elementNanoseconds + p.products * productNanoseconds, 0);
    yield {
      units: plan.units,
      nanoseconds: (elements * work) / plan.units,
      run: (begin, end) => plan.runUnits(headAt, free, begin, end),
    };
    if (outputAt !== this.#output.address) yield this.#copy(this.#output, outputAt, 'out', matrices?.output);
  }

  /** Copies an operand into a room of this memory or out of it, transposed where it is matrices. */
  #copy({ place, address, bytes, dtype }: Operand, room: number, way: 'in' | 'out', matrices?: Matrices): Pass {
    const heap = this.#heap;
    const here = () => heap.view(room, bytes, dtype);
    const there = () => (address < 0 ? arrayAt(place, bytes, dtype) : heap.view(address, bytes, dtype));
    // Views are made for each piece: what grew the memory since the last one has detached them.
    const [from, to] = way === 'in' ? [there, here] : [here, there];
    if (matrices === undefined) {
      return {
        units: bytes / arrayClasses[dtype].bytes,
        nanoseconds: copyNanoseconds,
        run: (begin, end) => to().set(from().subarray(begin, end), begin),
      };
    }
    return {
      units: tilesOf(matrices),
      nanoseconds: tileElements * transpositionNanoseconds,
      run: (begin, end) => transposeTiles(from(), to(), matrices, begin, end),
    };
  }
}
