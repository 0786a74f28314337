// An operation for pictures with its filters: what a mode makes of the filters that a user gives.
import type { Tensor } from '../core/tensor.js';
import type { OperationName } from '../ops/index.js';

export interface FilteredOp {
  readonly op: Exclude<OperationName, 'add' | 'activate' | 'globalMaxPool2d' | 'globalAvgPool2d'>;
  /** As the operation takes them. */
  readonly filters: readonly Tensor[];
  /** Default 1. */
  readonly groups?: number;
  /** Where the operation was chosen by whether its filter can be separated. */
  readonly separation?: Separation;
}

/** What became of a filter that was to be separated. */
export interface Separation {
  readonly isSeparated: boolean;
  /** Undefined where the filter is no single matrix of finite numbers. */
  readonly rank: number | undefined;
  /** What the best product of one row and one column misses, relative to the filter; 2⁻²² is allowed. */
  readonly error: number | undefined;
  /** One sentence. */
  readonly reason: string;
}
