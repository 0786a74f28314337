// The whole picture once more, with the same products added in another way.
import type { Job } from '../../image/job.js';
import { activate, type Tensor, tensor } from './library.js';
import type { Breakage } from './session.js';
import { collect, type Read, reader, type Stage, stagesOf, Terms } from './stages.js';
import { evaluate, type Rule } from './sums.js';

/** How many values of a float32 output another rule of adding would change. */
export function breakSums(image: Tensor, job: Job, ours: Tensor, rule: Rule): Breakage {
  let input = image;
  for (const stage of stagesOf(job, image.shape)) input = through(stage, reader(input), rule);
  const theirs = job.options.activation ? activate(input, job.options.activation) : input;
  return compared(ours, theirs);
}

function through(stage: Stage, read: Read, rule: Rule): Tensor {
  const { height, width, channels } = stage;
  const data = new Float32Array(height * width * channels);
  const terms = new Terms();
  let written = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++)
        data[written++] = evaluate(stage.kind, collect(stage, read, y, x, c, terms), rule);
    }
  }
  return tensor(data, [1, height, width, channels]);
}

function compared({ data: ours, shape: [, , width, channels] }: Tensor, { data: theirs }: Tensor): Breakage {
  let differing = 0;
  let largest = 0;
  let example: Breakage['example'];
  for (let i = 0; i < ours.length; i++) {
    if (Object.is(ours[i], theirs[i])) continue;
    differing++;
    const difference = Math.abs(ours[i] - theirs[i]);
    if (difference <= largest) continue;
    largest = difference;
    const pixel = Math.floor(i / channels);
    example = { y: Math.floor(pixel / width), x: pixel % width, ours: ours[i], theirs: theirs[i] };
  }
  return { values: ours.length, differing, largest, example };
}
