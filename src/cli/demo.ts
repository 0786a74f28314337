// sepconv demo: pictures through every mode on every backend, and whether the outputs are the same.
import { basename, extname, join } from 'node:path';
import type { TensorData } from '../core/arrays.js';
import { invalid, SepconvError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { prepareJob } from '../image/convolve.js';
import { decode } from '../image/decode.js';
import { encode } from '../image/encode.js';
import { checkWritable, makeFolder, readBytes, writeBytes, writeStdout } from '../image/files.js';
import * as filters from '../image/filters.js';
import { type JobTexts, type NamedJob, readJob } from '../image/named-job.js';
import { readMaxPixels } from '../image/option-texts.js';
import { outputHash } from '../image/output-hash.js';
import type { Picture, Result } from '../image/picture.js';
import type { Range } from '../image/pixels.js';
import { samplePicture } from '../image/sample.js';
import { type Backends, loadBackends } from './backends.js';
import { inProgress } from './progress.js';
import { columns } from './table.js';

type Example = JobTexts & { readonly mode: string; readonly range: Range };

/** Red, green and blue, or grey alone: to that, sepia is the sum of its rows. */
const examples: Record<number, readonly Example[]> = {
  3: [
    { mode: 'depthwise', kernel: 'sobel-x', range: 'abs' },
    { mode: 'pointwise', pointwise: 'sepia', range: 'clamp' },
    { mode: 'separable', kernel: 'gaussian:9', pointwise: 'luma', range: 'clamp' },
  ],
  1: [
    { mode: 'depthwise', kernel: 'sobel-x', range: 'abs' },
    { mode: 'pointwise', pointwise: '1.351 1.203 .937', range: 'clamp' },
    { mode: 'separable', kernel: 'gaussian:9', pointwise: 'identity', range: 'clamp' },
  ],
};

export interface DemoOptions {
  readonly outDir: string;
  readonly maxPixels?: string;
  readonly force?: boolean;
}

interface Row {
  readonly title: string;
  readonly cells: readonly { readonly hash: string; readonly milliseconds: number }[];
}

/**
 * Convolves pictures, or the built-in one, writes the results into `outDir` and prints a table of hashes and times.
 *
 * @throws SepconvError (rejects) `ERR_KERNEL` where two backends differ; or where a picture can not be read or written
 */
export async function demo(paths: readonly string[], options: DemoOptions): Promise<void> {
  const { outDir, force = false } = options;
  const pictures = await readPictures(paths, readMaxPixels(options));
  const outputOf = (name: string, mode: string) => join(outDir, `${name}-${mode}.png`);
  await makeFolder('out-dir', outDir);
  for (const [name, { image }] of pictures) {
    for (const { mode } of examples[image.shape[3]]) await checkWritable('output', outputOf(name, mode), force);
  }
  const backends = await loadBackends();
  const rows: Row[] = [];
  for (const [name, picture] of pictures) {
    const channels = picture.image.shape[3];
    for (const example of examples[channels]) {
      const named = await readJob(example, channels, filters);
      const { kernel, pointwise } = named.settings;
      const title = [name, example.mode, kernel, pointwise].filter((word) => word !== undefined).join(' ');
      const { row, result } = await inProgress(title, () => compare(title, backends, picture, named));
      rows.push(row);
      const { bytes } = await encode(result, 'png', example.range);
      await writeBytes('output', outputOf(name, example.mode), bytes, force);
    }
  }
  await writeStdout(table(backends, rows));
  for (const reason of backends.missing) await writeStdout(`not here: ${reason}\n`);
  const grey = pictures.filter(([, { image }]) => image.shape[3] === 1).map(([name]) => name);
  if (grey.length > 0) await writeStdout(`grey: ${grey.join(', ')}; pointwise tints instead of mixing colours\n`);
  await writeStdout(`pictures: ${outDir}\n`);
  const different = rows.filter((row) => !isEqual(row));
  if (different.length === 0) return;
  const titles = different.map(({ title }) => title).join(', ');
  throw new SepconvError('ERR_KERNEL', `demo: the backends differ in ${titles}; please report this machine`);
}

async function readPictures(
  paths: readonly string[],
  maxPixels: number | undefined,
): Promise<readonly (readonly [string, Picture])[]> {
  if (paths.length === 0) return [['sample', samplePicture()]];
  const names = paths.map((path) => basename(path, extname(path)));
  const twin = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twin >= 0) {
    const received = `${names[twin]} twice`;
    throw invalid(
      'ERR_OPTION',
      'pictures',
      'a name of its own for each',
      received,
      'their results would have one name',
    );
  }
  const read = async (path: string, i: number) => {
    const picture = await decode(await readBytes('picture', path), path, { maxPixels });
    const { shape } = picture.image;
    if (shape[0] !== 1 || examples[shape[3]] === undefined) {
      throw invalid('ERR_SHAPE', path, 'one picture, grey or in colour', shape, 'choose another one');
    }
    return [names[i], picture] as const;
  };
  return Promise.all(paths.map(read));
}

async function compare(title: string, { present }: Backends, picture: Picture, { job }: NamedJob) {
  const cells: Row['cells'][number][] = [];
  let result: Result = picture;
  for (const { runtime } of present) {
    const prepared = prepareJob(runtime, picture, job);
    const { output, milliseconds } = await fastest(() => prepared.run());
    prepared[Symbol.dispose]();
    cells.push({ hash: outputHash(output.data), milliseconds });
    result = { ...picture, image: output, alpha: prepared.alpha };
  }
  return { row: { title, cells }, result };
}

/** The best of some runs, as many as fit into a tenth of a second and at least one. */
async function fastest(run: () => Promise<Tensor<TensorData>>) {
  let output: Tensor<TensorData>;
  let milliseconds = Infinity;
  const begin = performance.now();
  do {
    const start = performance.now();
    output = await run();
    milliseconds = Math.min(milliseconds, performance.now() - start);
  } while (performance.now() - begin < 100);
  return { output, milliseconds };
}

function isEqual({ cells }: Row): boolean {
  return cells.every(({ hash }) => hash === cells[0].hash);
}

function table({ present }: Backends, rows: readonly Row[]): string {
  const header = ['', ...present.map(({ name }) => name), 'same bits'];
  const lines = rows.map((row) => [
    row.title,
    ...row.cells.map(({ hash, milliseconds }) => `${hash.slice(0, 12)} ${milliseconds.toFixed(2).padStart(8)} ms`),
    isEqual(row) ? 'yes' : 'NO',
  ]);
  return columns([header, ...lines]);
}
