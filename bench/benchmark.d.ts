/** What is used of the package `benchmark`, which has no types. */
declare module 'benchmark' {
  export default class Benchmark {
    constructor(run: () => void);
    readonly stats: { sample: readonly number[] };
    /** 1 where this one is faster, -1 where it is slower, 0 where the Mann–Whitney test can not tell. */
    compare(other: Benchmark): number;
  }
}
