// What pictures leave for those that come after them: the operators that they went through, and their arrays.
import { allocate, dtypeOf, type TensorData } from '../core/arrays.js';
import type { Operator } from '../core/operator.js';
import type { Dtype } from '../core/params.js';
import { type Shape, sizeOf } from '../core/shape.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { Job } from './job.js';

/** Arrays that are kept: those of four pictures, decoded, filtered and rounded. */
const most = 12;

/**
 * For pictures that go through the same jobs. A new array costs its pages, and soon a collection of garbage: more than a
 * small filter does.
 */
export class Reserve {
  readonly #operators = new Map<Job, Operator>();
  readonly #arrays: TensorData[] = [];

  /** The operator of a job, prepared when it is first asked for; it is freed with the garbage. */
  operatorFor(job: Job, prepare: () => Operator): Operator {
    const operator = this.#operators.get(job) ?? prepare();
    this.#operators.set(job, operator);
    return operator;
  }

  /** A tensor whose elements are to be written, all of them. */
  take(dtype: 'float32', shape: Shape): Tensor;
  take(dtype: 'uint8', shape: Shape): Tensor<Uint8Array>;
  take(dtype: Dtype, shape: Shape): Tensor<TensorData> {
    const length = sizeOf(shape);
    const at = this.#arrays.findIndex((array) => array.length === length && dtypeOf(array) === dtype);
    const data = at < 0 ? allocate(dtype, length) : this.#arrays.splice(at, 1)[0];
    return tensor(data, shape);
  }

  /** Takes back what nobody reads any more. */
  give({ data }: Tensor<TensorData>): void {
    this.#arrays.unshift(data);
    this.#arrays.length = Math.min(this.#arrays.length, most);
  }
}
