// Time per call, in samples long enough for the clock, taken in short turns.

/** What is timed; a promise is waited for. */
export type Run = () => void | Promise<void>;

const sampleSeconds = 0.001;
const steadyWithin = 0.03;
/** Compilers of JavaScript and WASM change a function after many calls, so a steady beginning says nothing. */
const warmUpSeconds = { least: 0.1, most: 0.5 };
const windowSize = 5;

/** Times one thing in short turns. */
export class Sampler {
  readonly #run: Run;
  #calls = 1;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Runs for a tenth of a second, then until samples are as fast as those before them, half a second at the most. */
  async warmUp(): Promise<void> {
    const samples: number[] = [];
    const begin = performance.now();
    const past = () => (performance.now() - begin) / 1000;
    do {
      const seconds = await this.#sample();
      samples.push(seconds);
      this.#calls = Math.max(1, Math.ceil(sampleSeconds / seconds));
    } while (past() < warmUpSeconds.least || (!isSteady(samples) && past() < warmUpSeconds.most));
  }

  /** Seconds per call, for about this long and at least one sample; a first one, with cold caches, is not counted. */
  async turn(seconds: number): Promise<number[]> {
    const begin = performance.now();
    const samples: number[] = [];
    const first = await this.#sample();
    if (first > seconds) return [first];
    do samples.push(await this.#sample());
    while (performance.now() - begin < seconds * 1000);
    return samples;
  }

  /** Seconds per call of one sample. */
  async #sample(): Promise<number> {
    const start = performance.now();
    const first = this.#run();
    if (first === undefined) {
      for (let i = 1; i < this.#calls; i++) this.#run();
    } else {
      await first;
      for (let i = 1; i < this.#calls; i++) await this.#run();
    }
    return (performance.now() - start) / 1000 / this.#calls;
  }
}

function isSteady(samples: readonly number[]): boolean {
  const last = samples.slice(-windowSize);
  const before = samples.slice(-2 * windowSize, -windowSize);
  if (before.length < windowSize) return false;
  return Math.abs(median(last) / median(before) - 1) < steadyWithin;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two nearest of the sorted values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
