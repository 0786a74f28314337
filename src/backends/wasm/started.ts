// A step of a started run: passes that copy its operands in, compute and copy the output out, in a block of its own.
import { arrayClasses } from '../../core/arrays.js';
import type { Place, Step } from '../../core/kernels.js';
import type { Dtype } from '../../core/params.js';
import { arrayAt } from '../../core/places.js';
import type { Pass, Slices } from '../../core/slices.js';
import { type Heap, sideBySide } from './heap.js';
import type { WasmPlan } from './plan.js';
import type { Job } from './pool.js';
import { type Matrices, matricesOf, tileElements, tilesOf, transposeTiles } from './transpose.js';

/** What an element takes to be copied, and to be transposed, on a slow machine. */
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
  readonly #residual: Operand | undefined;
  readonly #output: Operand;

  /** @throws SepconvError `ERR_BUFFER` */
  constructor(heap: Heap, { plan, input, output, residual }: Step) {
    this.plan = plan as WasmPlan;
    const { inputBytes, inputType, outputBytes, outputType } = this.plan;
    const operand = (place: Place, bytes: number, dtype: Dtype): Operand => {
      return { place, bytes, dtype, address: heap.addressOfPlace(place, bytes) };
    };
    this.#heap = heap;
    this.#input = operand(input, inputBytes, inputType);
    this.#residual = residual && operand(residual, outputBytes, outputType);
    this.#output = operand(output, outputBytes, outputType);
  }

  /**
   * @param threads that have scratch of their own
   * @param compute what computes the units; in slices where there is none
   * @throws SepconvError (rejects) `ERR_MEMORY` before anything is written, `ERR_BUFFER`; what the slices throw
   */
  async run(slices: Slices, threads: number, compute?: (job: Job) => Promise<void>): Promise<void> {
    const { plan } = this;
    const operands = [this.#input, this.#residual, this.#output];
    const rooms = operands.map((operand) => this.#room(operand));
    const { offsets, bytes } = sideBySide([plan.headBytes, threads * plan.scratchRoom, ...rooms]);
    const block = this.#heap.allocate(bytes);
    try {
      const [headAt, scratchAt, ...roomsAt] = offsets.map((offset) => block.address + offset);
      const [inputAt, residualAt, outputAt] = operands.map((operand, i) =>
        rooms[i] > 0 ? roomsAt[i] : (operand?.address ?? 0),
      );
      const matrices = plan.planes && matricesOf(plan.planes);
      if (rooms[0] > 0) await slices.run(this.#copy(this.#input, inputAt, 'in', matrices?.input));
      if (this.#residual !== undefined && rooms[1] > 0) {
        await slices.run(this.#copy(this.#residual, residualAt, 'in', matrices?.residual));
      }
      plan.begin(headAt, inputAt, outputAt, residualAt);
      if (compute === undefined) await slices.run(plan.pass(headAt, scratchAt));
      else await compute(plan.job(headAt, scratchAt));
      if (rooms[2] > 0) await slices.run(this.#copy(this.#output, outputAt, 'out', matrices?.output));
    } finally {
      this.#heap.free(block);
    }
  }

  /** What a copy of an operand takes. */
  #room(operand: Operand | undefined): number {
    return operand === undefined || (operand.address >= 0 && this.plan.planes === undefined) ? 0 : operand.bytes;
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
