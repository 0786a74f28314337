// Batches: beside a script of sharp's own, over two workers, and what many pictures leave in memory.
// npm run bench:batch -- [--pictures 500] [--rounds 3] [--only 'sobel|gaussian|queue|memory']
import { spawn } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
});
const [count, rounds] = [Number(values.pictures), Number(values.rounds)];
/** Where a picture takes sharp a second. */
const few = Math.ceil(count / 10);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = here('../dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'sepconv-bench-'));
const at = (name) => join(folder, name);
const port = 16_379;
const running = new Set();

/** Runs a command. @returns its seconds, what it wrote, and the most memory that it had where it tells */
async function run(command, args, env = {}) {
  const begin = performance.now();
  const child = start(command, args, env);
  const told = { stdout: '', peak: '' };
  child.stdout.on('data', (chunk) => (told.stdout += chunk));
  child.stdio[3].on('data', (chunk) => (told.peak += chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return { seconds: (performance.now() - begin) / 1000, stdout: told.stdout, peak: Number(told.peak) };
}

function start(command, args, env = {}) {
  const stdio = ['ignore', 'pipe', 'ignore', 'pipe'];
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, stdio });
  running.add(child);
  child.on('close', () => running.delete(child));
  return child;
}

const node = (...args) => run(process.execPath, args);
const stop = (child) => new Promise((resolve) => child.on('close', resolve) && child.kill('SIGTERM'));

/** Parts of two photographs, each of its own place. */
async function makePictures(name, howMany, size, extension) {
  if (existsSync(at(name))) return name;
  mkdirSync(at(name));
  const sources = ['chelsea.png', 'rocket.jpg'].map((each) => here(`../test/images/${each}`));
  for (let i = 0; i < howMany; i++) {
    const part = { left: (i * 7) % 150, top: (i * 3) % 60, width: 240, height: 240 };
    const picture = sharp(sources[i % 2])
      .extract(part)
      .resize(size, size);
    await picture.toFile(at(`${name}/${i}.${extension}`));
  }
  return name;
}

const photographs = (howMany, extension) => makePictures(`${howMany}-${extension}`, howMany, 512, extension);

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** Runs each contender in turn, so many times. @returns the median of each one's seconds */
async function inTurns(contenders) {
  const seconds = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) seconds[i].push(await contender());
  }
  return seconds.map(median);
}

function fresh(name) {
  rmSync(at(name), { recursive: true, force: true });
  mkdirSync(at(name));
  return name;
}

const say = (name, value) => console.log(`${name.padEnd(64)} ${value}`);

async function besideSharp(title, howMany, kernel, options) {
  writeFileSync(at('kernel.json'), JSON.stringify(kernel));
  for (const extension of ['png', 'jpg']) {
    const from = await photographs(howMany, extension);
    let lines = [];
    const [ours, theirs] = await inTurns([
      async () => {
        const args = ['batch', from, '--out-dir', fresh('ours'), '--json', ...options];
        const { seconds, stdout } = await node(program, ...args);
        lines = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).milliseconds);
        return seconds;
      },
      async () => (await node(here('batch-sharp.mjs'), from, fresh('theirs'), 'kernel.json')).seconds,
    ]);
    const total = (part) => lines.reduce((sum, line) => sum + line[part], 0);
    const codecs = total('decode') + total('encode');
    const share = Math.round((100 * codecs) / (codecs + total('kernel')));
    const each = `${ours.toFixed(2)} s, sharp ${theirs.toFixed(2)} s, ${(theirs / ours).toFixed(2)}×`;
    say(`${howMany} ${extension}, ${title}`, `${each}; ${share} % of the time in codecs`);
  }
}

/** Seconds of a batch on a queue with so many workers, each on a core of its own with one thread. */
async function queued(workers, from, options) {
  const queue = { SEPCONV_QUEUE: `redis://127.0.0.1:${port}` };
  const quiet = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--maxmemory-policy', 'noeviction'];
  const server = start('redis-server', quiet);
  await new Promise((resolve) => server.stdout.on('data', (chunk) => /Ready/.test(chunk) && resolve()));
  const each = ['worker', '--root', '.', '--threads', '1', '--concurrency', '2', '--health-port'];
  const started = Array.from({ length: workers }, (_, core) =>
    start('taskset', ['-c', String(core), process.execPath, program, ...each, String(port + 1 + core)], queue),
  );
  for (let core = 0; core < workers; core++) await healthy(port + 1 + core);
  const args = [program, 'batch', from, '--out-dir', fresh('queued'), ...options];
  const { seconds } = await run(process.execPath, args, queue);
  await Promise.all(started.map(stop));
  await stop(server);
  return seconds;
}

async function healthy(at) {
  const isUp = () =>
    fetch(`http://127.0.0.1:${at}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const parts = {
  async sobel() {
    const kernel = { width: 3, height: 3, kernel: [-1, 0, 1, -2, 0, 2, -1, 0, 1], scale: 1 };
    await besideSharp('depthwise sobel-x', count, kernel, ['--kernel', 'sobel-x']);
  },
  async gaussian() {
    // As --kernel gaussian:31 has it: a sigma of 5.
    const row = Array.from({ length: 31 }, (_, i) => Math.exp(-((i - 15) ** 2) / 50));
    const taps = row.flatMap((down) => row.map((across) => down * across));
    const kernel = { width: 31, height: 31, kernel: taps, scale: taps.reduce((sum, tap) => sum + tap) };
    await besideSharp('depthwise gaussian:31', few, kernel, ['--kernel', 'gaussian:31']);
  },
  async queue() {
    const from = await photographs(count, 'png');
    const options = ['--kernel', 'gaussian:31'];
    const [one, two] = await inTurns([() => queued(1, from, options), () => queued(2, from, options)]);
    say(
      `${count} png on the queue: two workers against one`,
      `${two.toFixed(2)} s, ${one.toFixed(2)} s, ${(one / two).toFixed(2)}×`,
    );
    const tiny = await makePictures('tiny', 1000, 8, 'png');
    const alone = async () => {
      const pinned = ['-c', '0', process.execPath, program, 'batch', tiny, '--out-dir', fresh('alone')];
      return (await run('taskset', [...pinned, '--concurrency', '2', '--threads', '1', '--kernel', 'box:3'])).seconds;
    };
    const [with_, without] = await inTurns([() => queued(1, tiny, ['--kernel', 'box:3']), alone]);
    say('the cost of the queue itself, a picture', `${(with_ - without).toFixed(2)} ms`);
  },
  async memory() {
    const small = await makePictures('small', 100, 128, 'png');
    const peaks = [];
    for (const howMany of [1000, 10_000]) {
      const from = fresh(`many-${howMany}`);
      for (let i = 0; i < howMany; i++) linkSync(at(`${small}/${i % 100}.png`), at(`${from}/${i}.png`));
      const { peak } = await node('--import', here('peak.mjs'), program, 'batch', from, '--out-dir', fresh('out'));
      peaks.push(peak);
    }
    const megabytes = peaks.map((peak) => (peak / 2 ** 20).toFixed(0));
    say(
      'the most memory, 1,000 and 10,000 pictures',
      `${megabytes.join(' and ')} MB, ${(peaks[1] / peaks[0]).toFixed(2)}×`,
    );
  },
};

try {
  console.log(
    `load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}, medians of ${rounds}`,
  );
  for (const [name, measure] of Object.entries(parts)) if (new RegExp(values.only).test(name)) await measure();
} finally {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}
