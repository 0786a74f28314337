// One output pixel worked out: every product and every sum on the way, and the planes that they come from.
import type { Tint } from '../../drawing/colours.js';
import type { Scene } from '../../drawing/scene.js';
import type { Place } from '../settings.js';
import { activate, type Tensor, tensor } from './library.js';
import { sceneOf } from './planes.js';
import { namesOf, type Result, tintOf } from './result.js';
import { collect, type Read, reader, type Stage, Terms } from './stages.js';
import { evaluate } from './sums.js';

/** One sum, in the order in which it is added. */
export interface WorkedSum {
  readonly title: string;
  readonly tint: Tint;
  readonly kind: Stage['kind'];
  readonly terms: readonly WorkedTerm[];
  /** Of all terms: their sum, mean or largest. */
  readonly result: number;
}

export interface WorkedTerm {
  readonly label: string;
  readonly value: number;
  readonly weight: number;
  /** Rounded to float32. */
  readonly product: number;
  /** Of this and all before it, rounded to float32. */
  readonly sum: number;
}

export interface Inspection {
  readonly place: Place;
  readonly channelNames: readonly string[];
  readonly sums: readonly WorkedSum[];
  /** After the activation, as float32. */
  readonly value: number;
  /** Where an activation changed the sum. */
  readonly activation: string | undefined;
  /** What the library gave there, in each channel. */
  readonly given: readonly number[];
  readonly dtype: 'float32' | 'uint8';
  /** Whether the library's value has the bits of the last sum; undefined where it weighed colours by alpha, and the sum does not. */
  readonly isEqual: boolean | undefined;
  /** What the window reaches of the picture, and beyond. */
  readonly window: Record<'top' | 'bottom' | 'left' | 'right', number> | undefined;
  readonly scene: Scene;
}

/** Works out the output at a place, which is moved inside if it lies beyond. */
export function inspect(result: Result, wanted: Place): Inspection {
  const { image, job, output, stages } = result;
  const [, height, width, channels] = output.shape;
  const place = {
    y: Math.min(wanted.y, height - 1),
    x: Math.min(wanted.x, width - 1),
    channel: Math.min(wanted.channel, channels - 1),
  };
  const last = stages[stages.length - 1];
  const reads = readsOf(stages, reader(image));
  const sums = sumsOf(stages, reads, place);
  const sum = sums[sums.length - 1].result;
  const { activation } = job.options;
  // In all channels, for each may have a slope of its own.
  const alike = tensor(new Float32Array(channels).fill(sum), [1, 1, 1, channels]);
  const activated = activation ? activate(alike, activation).data[place.channel] : sum;
  const read = reader(output as Tensor);
  const given = Array.from({ length: channels }, (_, c) => read(place.y, place.x, c));
  const stored = job.dtype === 'uint8' ? new Uint8ClampedArray([activated])[0] : activated;
  return {
    place,
    channelNames: namesOf(last.channels),
    sums,
    value: activated,
    activation: typeof activation === 'object' ? activation.type : activation,
    given,
    dtype: job.dtype,
    isEqual: result.isTransparent ? undefined : Object.is(stored, given[place.channel]) || Number.isNaN(stored),
    window: windowOf(stages, place),
    scene: sceneOf(result, reads, place),
  };
}

/** Where the taps of all stages fall; undefined where none does. */
function windowOf(stages: readonly Stage[], { y, x }: Place): Inspection['window'] {
  const rows = stages.flatMap((stage) => stage.rows[y].map(({ position }) => position));
  const columns = stages.flatMap((stage) => stage.columns[x].map(({ position }) => position));
  if (rows.length === 0 || columns.length === 0) return undefined;
  return { top: Math.min(...rows), bottom: Math.max(...rows), left: Math.min(...columns), right: Math.max(...columns) };
}

/** What each stage reads: the picture, then what the stage before gives, worked out where it is asked for. */
export function readsOf(stages: readonly Stage[], picture: Read): readonly Read[] {
  const [first] = stages;
  const terms = new Terms();
  return [picture, (y, x, c) => evaluate(first.kind, collect(first, picture, y, x, c, terms), 'in order')];
}

/** The sums behind an output: for two stages those of every channel that the second mixes, then its own. */
function sumsOf(stages: readonly Stage[], reads: readonly Read[], { y, x, channel }: Place): WorkedSum[] {
  const [first, second] = stages;
  if (second === undefined) return [workOut(first, reads[0], y, x, channel, titleOf(first, channel))];
  const inputs = second.inputs(channel);
  const isMix = inputs.length > 1;
  const before = inputs.map((input) => workOut(first, reads[0], y, x, input, isMix ? titleOf(first, input) : 'row'));
  return [...before, workOut(second, reads[1], y, x, channel, isMix ? 'mix' : 'column')];
}

function titleOf({ channels }: Stage, channel: number): string {
  return namesOf(channels)[channel];
}

function workOut(stage: Stage, read: Read, y: number, x: number, channel: number, title: string): WorkedSum {
  const { values, weights, length } = collect(stage, read, y, x, channel, new Terms());
  const labels = labelsOf(stage, y, x, channel);
  const terms: WorkedTerm[] = [];
  let sum = stage.kind === 'largest' ? Number.NEGATIVE_INFINITY : 0;
  for (let i = 0; i < length; i++) {
    const product = Math.fround(values[i] * weights[i]);
    sum = stage.kind === 'largest' ? Math.max(sum, values[i]) : Math.fround(sum + product);
    terms.push({ label: labels[i], value: values[i], weight: weights[i], product, sum });
  }
  const result = stage.kind === 'mean' ? Math.fround(sum / length) : sum;
  return { title, tint: tintOf(channel, stage.channels), kind: stage.kind, terms, result };
}

function labelsOf({ rows, columns, inputs }: Stage, y: number, x: number, channel: number): string[] {
  const across = columns[x].filter(({ at }) => at >= 0);
  const every = inputs(channel);
  const names = namesOf(every.length);
  return rows[y]
    .filter(({ at }) => at >= 0)
    .flatMap((row) =>
      across.flatMap((column) =>
        every.map((_, i) => {
          const place = rows[y].length * across.length > 1 ? `row ${row.tap + 1}, column ${column.tap + 1}` : '';
          return [place, every.length > 1 ? names[i] : ''].filter(Boolean).join(', ') || 'the pixel';
        }),
      ),
    );
}
