// A server, workers and batches as processes, in the folder of the command line's tests; what they must have in common.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { Queue } from 'bullmq';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { parse } from 'yaml';
import { journalOf } from '../../src/batch/outputs.js';
import { queueName } from '../../src/batch/queue/picture-job.js';
import { at, folder, photograph, program, sepconv } from '../support/command-line.js';

/** In every address, and nowhere in what is said. */
const password = 's3cret-of-the-queue';

/** Long enough to be killed in the middle of. */
export const slow = ['-k', 'gaussian:61'];
export const quick = ['-k', 'sobel-x'];

export class Child {
  readonly process: ChildProcess;
  readonly over: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    this.process = spawn(command, args, { cwd: folder, env: { ...process.env, ...env } });
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.over = new Promise((resolve, reject) => {
      this.process.on('error', reject);
      this.process.on('close', resolve);
    });
    children.add(this);
  }

  /** Waits until it has said something. */
  async said(words: RegExp): Promise<void> {
    await Promise.race([until(() => words.test(this.stderr)), this.over]);
    if (!words.test(this.stderr)) throw new Error(`it ended, and said: ${this.stderr}`);
  }

  kill(signal: NodeJS.Signals): Promise<number | null> {
    this.process.kill(signal);
    return this.over;
  }

  /** What it told of pictures. */
  get lines() {
    const whole = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1);
    return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  }
}

const children = new Set<Child>();

export const port = await freePort();
export const address = `redis://:${password}@127.0.0.1:${port}`;
export const connection = { host: '127.0.0.1', port, password };
let server: Child;

/** The server of the compose file; it reads its append-only file when it starts again. */
export async function startServer(): Promise<void> {
  mkdirSync(at('redis'), { recursive: true });
  const { configs } = parse(readFileSync(new URL('../../docs/compose.yaml', import.meta.url), 'utf8'));
  writeFileSync(at('redis/redis.conf'), configs.redis.content.replace(/\$\{QUEUE_PASSWORD.*?\}/, password));
  const here = ['--port', String(port), '--bind', '127.0.0.1', '--dir', at('redis')];
  server = new Child('redis-server', [at('redis/redis.conf'), ...here]);
  children.delete(server);
  await until(() => /Ready to accept connections/.test(server.stdout));
}

export const killServer = () => server.kill('SIGKILL');

beforeAll(startServer);
afterEach(async () => {
  for (const child of children) {
    if (child.process.exitCode === null && child.process.signalCode === null) await child.kill('SIGKILL');
    expect(child.stdout + child.stderr).not.toContain(password);
  }
  children.clear();
  await withQueue((queue) => queue.obliterate({ force: true }));
});
afterAll(async () => {
  await killServer();
});

/** A worker with locks of 2 s that takes pictures from now on. */
export async function startWorker(
  args: readonly string[] = [],
  command = program,
  before: readonly string[] = [],
): Promise<Child> {
  const options = ['--root', '.', '--lock-seconds', '2', '--concurrency', '2', ...args];
  const [first, ...rest] = [...before, process.execPath, command, 'worker', ...options];
  const worker = new Child(first, rest, { SEPCONV_QUEUE: address });
  await worker.said(/takes pictures/);
  return worker;
}

/** A batch on the queue that tells every picture. */
export function startBatch(pictures: string, results: string, args: readonly string[] = slow): Child {
  const all = [program, 'batch', pictures, '--out-dir', results, '--json', ...args];
  return new Child(process.execPath, all, { SEPCONV_QUEUE: address });
}

export async function withQueue<Result>(use: (queue: Queue) => Promise<Result>): Promise<Result> {
  const queue = new Queue(queueName, { connection });
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

/** So many pictures in a folder, each of its own. */
export async function makePictures(name: string, count: number): Promise<string> {
  mkdirSync(at(name), { recursive: true });
  const place = (i: number) => ({ left: i, top: i % 40, width: 240, height: 240 });
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      sharp(photograph)
        .extract(place(i))
        .toFile(at(`${name}/${i}.png`)),
    ),
  );
  return name;
}

const known = new Map<string, Buffer>();

/** What the single command gives. */
async function expected(picture: string, args: readonly string[]): Promise<Buffer> {
  const key = `${readFileSync(at(picture)).toString('base64')} ${args}`;
  const found = known.get(key);
  if (found) return found;
  const { status, stderr } = await sepconv([picture, ...args, '-o', 'single.png', '--force']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const bytes = readFileSync(at('single.png'));
  known.set(key, bytes);
  return bytes;
}

const journal = basename(journalOf(folder));

/** Nothing is lost, half-written or doubled: each result there once, as the single command gives it, beside the journal. */
export async function expectWhole(
  pictures: string,
  results: string,
  args: readonly string[] = slow,
  names: readonly string[] = readdirSync(at(pictures)),
): Promise<void> {
  const found = readdirSync(at(results)).filter((name) => name !== journal);
  expect(found.sort()).toEqual([...names].sort());
  for (const name of names) {
    const bytes = readFileSync(at(join(results, name)));
    expect(bytes.equals(await expected(join(pictures, name), args)), name).toBe(true);
  }
}

/** A batch ends well, with one line for each picture. */
export async function expectDone(batch: Child, pictures: string): Promise<void> {
  expect({ status: await batch.over, stderr: batch.stderr }).toMatchObject({ status: 0 });
  const told = batch.lines.map(({ input, status }) => ({ input, status }));
  const all = readdirSync(at(pictures)).map((name) => ({ input: join(pictures, name), status: 'done' }));
  const byInput = (a: { input: string }, b: { input: string }) => (a.input < b.input ? -1 : 1);
  expect(told.sort(byInput)).toEqual(all.sort(byInput));
}

export function resultsIn(name: string): string[] {
  return existsSync(at(name)) ? readdirSync(at(name)).filter((file) => !file.startsWith('.')) : [];
}

export const removeResults = (name: string) => rmSync(at(name), { recursive: true, force: true });

export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await pause(20);
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port: free } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
