// sepconv bench: every backend of this machine on layers of real networks, in turns. bench/ compares with others.
import { cpus, loadavg } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { version } from '../batch/version.js';
import { SepconvError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import type { Runtime } from '../entries/node.js';
import { checkWritable, writeBytes, writeStdout } from '../image/files.js';
import { outputHash } from '../image/output-hash.js';
import { chart } from '../measure/chart.js';
import { type MeasuredLayer, multiplyAdds } from '../measure/layer.js';
import { makeOperands, type Operands, prepareLayer } from '../measure/operands.js';
import { median, quantile, Sampler } from '../measure/sampler.js';
import { standardLayers } from '../measure/standard-layers.js';
import { backendName, loadBackends } from './backends.js';
import { blocking } from './interrupt.js';

const rounds = 5;
const turnSeconds = 0.03;

interface Options {
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
 * @throws SepconvError (rejects) `ERR_KERNEL` where two backends differ; `ERR_FILE`; `ERR_OPTION` where Vega is missing
 */
export async function bench({ json, svg, force = false }: Options): Promise<void> {
  if (svg !== undefined) {
    await checkWritable(svg, force);
    // Before any work is done: can it be drawn?
    await chart('', []);
  }
  const print = async (text: string) => {
    if (!json) await writeStdout(text);
  };
  const { present, missing } = await loadBackends();
  await print(tableLine('', [...present.map(({ name }) => name), 'same bits']));
  const layers: Result[] = [];
  for (const layer of standardLayers) {
    const result = { layer: layer.name, multiplyAdds: multiplyAdds(layer), rows: await measure(layer, present) };
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
    await writeBytes(svg, Buffer.from(drawing), force);
  }
  const different = layers.filter((result) => !isEqual(result)).map(({ layer }) => layer);
  if (different.length === 0) return;
  const sentence = `bench: the backends differ in ${different.join(', ')}; please report this machine`;
  throw new SepconvError('ERR_KERNEL', sentence);
}

/** One layer on several backends. The reference runs once: it is what the others are compared with, and slow. */
export async function measure(
  layer: MeasuredLayer,
  backends: readonly { name: string; runtime: Runtime }[],
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
