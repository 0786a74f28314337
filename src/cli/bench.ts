// sepconv bench: every backend of this machine on layers of real networks, in turns. bench/ compares with others.
import { cpus, loadavg } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { version } from '../batch/version.js';
import { invalid, SepconvError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { createRuntime, type Runtime } from '../entries/node.js';
import { checkWritable, writeBytes, writeStdout } from '../image/files.js';
import { outputHash } from '../image/output-hash.js';
import { chart } from '../measure/chart.js';
import { type MeasuredLayer, multiplyAdds } from '../measure/layer.js';
import { matching } from '../measure/matching.js';
import { makeOperands, type Operands, prepareLayer } from '../measure/operands.js';
import { median, quantile, Sampler } from '../measure/sampler.js';
import { standardLayers } from '../measure/standard-layers.js';
import { type Backends, backendName, loadBackends } from './backends.js';
import { readRuntimeOptions } from './convolve.js';
import { blocking } from './interrupt.js';

interface Pace {
  readonly rounds: number;
  readonly turnSeconds: number;
}

const whole: Pace = { rounds: 5, turnSeconds: 0.03 };
const quick: Pace = { rounds: 3, turnSeconds: 0.005 };

interface Options {
  readonly only?: string;
  readonly quick?: boolean;
  readonly threads?: string;
  readonly json?: boolean;
  readonly svg?: string;
  readonly force?: boolean;
}

/** One backend on one layer. */
interface Row {
  readonly backend: string;
  readonly threads: number;
  /** Seconds a call. */
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly hash: string;
}

interface Result {
  readonly layer: string;
  readonly multiplyAdds: number;
  readonly rows: readonly Row[];
}

/**
 * Prints the median time of each layer on each backend, or with `json` every figure, and draws them into `svg`.
 *
 * @throws SepconvError (rejects) `ERR_KERNEL` where two backends differ; `ERR_FILE`; `ERR_OPTION` where Vega is missing, or
 * an option is not what it should be
 */
export async function bench({ only, threads, json, svg, force = false, ...options }: Options): Promise<void> {
  const chosen = chooseLayers(only);
  const { threads: count } = readRuntimeOptions({ threads });
  // A wrong number is an error here, and no reason why a backend is missing.
  if (count !== undefined) await createRuntime({ threads: count });
  if (svg !== undefined) {
    await checkWritable('svg', svg, force);
    // Before any work is done: can it be drawn?
    await chart('', []);
  }
  const print = async (text: string) => {
    if (!json) await writeStdout(text);
  };
  const { present, missing } = await loadBackends(count);
  await print(`${threadsText(present)}\n`);
  await print(tableLine('', [...present.map(({ name }) => name), 'same bits']));
  const layers: Result[] = [];
  for (const layer of chosen) {
    const rows = await measure(layer, present, options.quick ? quick : whole);
    const result = { layer: layer.name, multiplyAdds: multiplyAdds(layer), rows };
    const times = result.rows.map((row) => `${(row.median * 1e6).toFixed(row.median < 1e-4 ? 1 : 0)} µs`);
    await print(tableLine(layer.name, [...times, isEqual(result) ? 'yes' : 'NO']));
    layers.push(result);
  }
  for (const reason of missing) await print(`not here: ${reason}\n`);
  const processor = cpus()[0]?.model ?? 'unknown';
  if (json) {
    const machine = { version, node: process.version, processor, load: loadavg()[0], date: new Date().toISOString() };
    await writeStdout(`${JSON.stringify({ ...machine, missing, layers })}\n`);
  }
  if (svg !== undefined) {
    const drawing = await chart(`sepconv ${version}, ${processor}`, points(layers));
    await writeBytes('svg', svg, Buffer.from(drawing), force);
  }
  const different = layers.filter((result) => !isEqual(result)).map(({ layer }) => layer);
  if (different.length === 0) return;
  const sentence = `bench: the backends differ in ${different.join(', ')}; please report this machine`;
  throw new SepconvError('ERR_KERNEL', sentence);
}

/** Those whose name matches; all without a pattern. */
function chooseLayers(pattern: string | undefined): readonly MeasuredLayer[] {
  if (pattern === undefined) return standardLayers;
  const names = standardLayers.map(({ name }) => name).join(', ');
  try {
    const found = matching(pattern, standardLayers);
    if (found.length > 0) return found;
  } catch (error) {
    throw invalid('ERR_OPTION', 'only', 'a regular expression', pattern, (error as Error).message);
  }
  throw invalid('ERR_OPTION', 'only', 'a pattern that matches a layer', pattern, `the layers are ${names}`);
}

/** By kind of backend, since their instruction sets have as many. */
function threadsText(present: Backends['present']): string {
  const counts = new Map(present.map(({ runtime: { info } }) => [info.backend, info.threads]));
  const texts = [...counts].map(([backend, count]) => `${backend} ${count}`);
  return `threads at most: ${texts.join(', ')}`;
}

/** One layer on several backends. The reference runs once: it is what the others are compared with, and slow. */
export async function measure(
  layer: MeasuredLayer,
  backends: Backends['present'],
  { rounds, turnSeconds }: Pace = whole,
): Promise<Row[]> {
  const operands = makeOperands(layer);
  const entrants = backends.map(({ runtime }) => enter(layer, runtime, operands));
  const timed = entrants.filter(({ runtime }) => runtime.info.backend !== 'reference');
  for (const { sampler } of timed) await sampler.warmUp();
  for (let round = 0; round < rounds; round++) {
    for (const { sampler, samples } of timed) {
      samples.push(...(await sampler.turn(turnSeconds)));
      // Samples block the event loop; an interrupt comes through here.
      await setImmediate();
    }
  }
  return entrants.map(({ runtime: { info }, samples, hash, dispose }) => {
    dispose();
    const quartiles = [quantile(samples, 0.25), quantile(samples, 0.75)] as const;
    return { backend: backendName(info), threads: info.threads, median: median(samples), quartiles, hash };
  });
}

/** A prepared operator with its output, run once. */
function enter(layer: MeasuredLayer, runtime: Runtime, { input, filters }: Operands) {
  const operator = prepareLayer(runtime, layer, filters, 'NHWC');
  const shape = operator.outputShape(input.shape);
  const data = layer.dtype === 'uint8' ? new Uint8Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
  const out = { data, shape } as Tensor;
  const run = () => {
    operator.run(input as Tensor, { out });
  };
  const start = performance.now();
  blocking(run);
  const seconds = (performance.now() - start) / 1000;
  const samples = runtime.info.backend === 'reference' ? [seconds] : [];
  const dispose = () => operator[Symbol.dispose]();
  return { runtime, sampler: new Sampler(run), samples, hash: outputHash(out.data), dispose };
}

function isEqual({ rows }: Result): boolean {
  return rows.every(({ hash }) => hash === rows[0].hash);
}

function tableLine(name: string, cells: readonly string[]): string {
  return `${name.padEnd(36)}${cells.map((cell) => cell.padStart(15)).join('')}\n`;
}

function points(layers: readonly Result[]) {
  return layers.flatMap(({ layer, multiplyAdds: work, rows }) =>
    rows.map((row) => ({ layer, contender: row.backend, gigaflops: (2 * work) / row.median / 1e9 })),
  );
}
