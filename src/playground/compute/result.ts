// What became of a picture, and how its channels are called.
import type { Tint } from '../../drawing/colours.js';
import type { Job } from '../../image/job.js';
import type { Range } from '../../image/pixels.js';
import type { Tensor, TensorData } from './library.js';
import type { Stage } from './stages.js';

/** A picture, what is done to it, and what became of it. */
export interface Result {
  readonly image: Tensor;
  readonly job: Job;
  readonly range: Range;
  readonly output: Tensor<TensorData>;
  readonly stages: readonly Stage[];
  /** The least and the largest value of the output. */
  readonly extremes: readonly [number, number];
  /** Whether colours were weighed by alpha, where a window sees more than one pixel. */
  readonly isTransparent: boolean;
}

export function namesOf(channels: number): readonly string[] {
  if (channels === 3) return ['red', 'green', 'blue'];
  return channels === 1 ? ['grey'] : Array.from({ length: channels }, (_, c) => `channel ${c + 1}`);
}

export function tintOf(channel: number, channels: number): Tint {
  return channels === 3 ? (['red', 'green', 'blue'] as const)[channel] : 'grey';
}
