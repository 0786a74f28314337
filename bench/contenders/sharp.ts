// sharp's exact blur and its general convolution. uint8 only: its pipeline turns float images into whole numbers.
import type { MeasuredLayer } from '../../src/measure/layer.js';
import type { Contender, JavaScript } from '../contender.js';
import { loadPeer } from '../peers.js';

interface Pipeline {
  blur(options: object): Pipeline;
  convolve(options: object): Pipeline;
  toColourspace(name: string): Pipeline;
  raw(): Pipeline;
  toBuffer(): Promise<Buffer>;
}

/** What is used of sharp. */
interface Sharp {
  (data: Uint8Array, options: object): Pipeline;
  cache(on: boolean): void;
  concurrency(threads: number): void;
}

type Operation = (pipeline: Pipeline, taps: readonly Float32Array[]) => Pipeline;

/** The amplitude below which libvips cuts its mask: between those of the last tap of ours and of the next one. */
const minAmplitude: Readonly<Record<number, number>> = { 5: 0.2, 9: 0.01 };

const blur: Operation = (pipeline, [{ length }]) =>
  pipeline.blur({ sigma: 1.5, precision: 'float', minAmplitude: minAmplitude[length] });

const convolve: Operation = (pipeline, [row, column]) => {
  const kernel = [...column].flatMap((down) => [...row].map((across) => down * across));
  return pipeline.convolve({ width: row.length, height: column.length, kernel, scale: 1 });
};

function sharp(operation: Operation): JavaScript {
  return {
    kind: 'javascript',
    async start({ input: [, height, width, channels] }, { input, filters }) {
      const open = loadPeer<Sharp>('sharp');
      open.cache(false);
      open.concurrency(1);
      const taps = filters.map(({ data }) => data);
      const colours = channels === 1 ? 'b-w' : 'srgb';
      let result: Uint8Array = new Uint8Array();
      const run = async () => {
        const image = open(input.data as Uint8Array, { raw: { width, height, channels } });
        result = await operation(image, taps).toColourspace(colours).raw().toBuffer();
      };
      return { run, output: () => result };
    },
  };
}

const common = {
  class: 'native',
  unit: 'fma',
  threads: 1,
  takes: ({ operation, dtype }: MeasuredLayer) => operation === 'sepFilter2d' && dtype === 'uint8',
} as const;

export const sharpFilters: readonly Contender[] = [
  { ...common, name: 'sharp blur', charted: true, runs: sharp(blur) },
  { ...common, name: 'sharp convolve', runs: sharp(convolve) },
];
