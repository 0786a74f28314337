// Runs the command line in a folder of its own with small pictures in it: in this process, or the built one as a process.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { runCommand } from '../../src/cli/program.js';
import { parseNpy } from '../../src/image/npy.js';

export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
export const photograph = fileURLToPath(new URL('../images/chelsea.png', import.meta.url));
export const jpeg = fileURLToPath(new URL('../images/rocket.jpg', import.meta.url));

export const folder = mkdtempSync(join(tmpdir(), 'sepconv-cli-'));
export const at = (name: string) => join(folder, name);
const home = process.cwd();
beforeAll(() => process.chdir(folder));
Object.assign(process.env, { SEPCONV_BACKEND: '', SEPCONV_ISA: '', SEPCONV_THREADS: '', NO_COLOR: '1' });
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

export interface Outcome {
  status: number | null;
  stdout: Buffer;
  stderr: string;
}

export interface Surroundings {
  env?: Record<string, string>;
  input?: Uint8Array;
}

/** Runs the command line in this process, on a terminal or with pipes. */
export async function sepconv(args: string[], { isTerminal = false } = {}): Promise<Outcome> {
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((chunk, ...rest: unknown[]) => {
      written[name].push(Buffer.from(chunk as string));
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    });
    Object.defineProperty(process[name], 'isTTY', { value: isTerminal, configurable: true });
  }
  try {
    const status = await runCommand(args);
    return { status, stdout: Buffer.concat(written.stdout), stderr: Buffer.concat(written.stderr).toString() };
  } finally {
    vi.restoreAllMocks();
  }
}

/** Runs the built command line as a process. */
export function spawnSepconv(args: string[], { env = {}, input }: Surroundings = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** A process where there are surroundings for one. */
const run = (args: string[], surroundings: Surroundings | undefined) =>
  surroundings === undefined ? sepconv(args) : spawnSepconv(args, surroundings);

/** Runs what must succeed in silence. */
export async function succeed(args: string[], surroundings?: Surroundings): Promise<Buffer> {
  const { status, stdout, stderr } = await run(args, surroundings);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Runs what must fail: one line on stderr, nothing on stdout, no file left. */
export async function fail(
  args: string[],
  status: number,
  sentence: RegExp,
  surroundings?: Surroundings,
): Promise<void> {
  const before = readdirSync(folder);
  const outcome = await run(args, surroundings);
  expect(outcome.stderr).toMatch(sentence);
  expect(outcome.stderr).toMatch(/^sepconv: .*\n$/);
  expect({ status: outcome.status, stdout: outcome.stdout.toString() }).toEqual({ status, stdout: '' });
  expect(readdirSync(folder)).toEqual(before);
}

export const report = async (args: string[], surroundings?: Surroundings) =>
  JSON.parse((await succeed([...args, '--json'], surroundings)).toString());

/** The values of the result, written as .npy. */
export async function results(args: string[]): Promise<number[]> {
  await succeed([...args, '-o', 'result.npy', '--force']);
  return [...parseNpy(readFileSync(at('result.npy')), 'result.npy').tensor.data];
}

export type Space = 'b-w' | 'grey16' | 'srgb' | 'rgb16';

export function encoded(samples: Uint8Array | Uint16Array, width: number, channels: 1 | 2 | 3 | 4, space: Space) {
  const raw = { width, height: samples.length / width / channels, channels };
  return sharp(samples, { raw }).toColourspace(space);
}

export async function decoded(file: string | Buffer, space: Space) {
  const depth = space.endsWith('16') ? 'ushort' : 'uchar';
  const image = sharp(file).toColourspace(space).raw({ depth });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const samples = depth === 'uchar' ? data : new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return { samples: [...samples], channels: info.channels, width: info.width, height: info.height };
}

/** Samples of the small test pictures: they count up in steps of 5. */
export const steps = (length: number) => Uint8Array.from({ length }, (_, i) => i * 5);

beforeAll(async () => {
  writeFileSync(at('grey.png'), await encoded(steps(12), 4, 1, 'b-w').png().toBuffer());
  writeFileSync(at('grey-alpha.png'), await encoded(steps(24), 4, 2, 'b-w').png().toBuffer());
  writeFileSync(at('rgb.png'), await encoded(steps(36), 4, 3, 'srgb').png().toBuffer());
  writeFileSync(at('rgba.png'), await encoded(steps(48), 4, 4, 'srgb').png().toBuffer());
  const wide = Uint16Array.from({ length: 48 }, (_, i) => i * 1365 + 1);
  writeFileSync(at('grey16.png'), await encoded(wide, 8, 1, 'grey16').png().toBuffer());
  writeFileSync(at('rgba16.png'), await encoded(wide, 4, 4, 'rgb16').png().toBuffer());
});
