// What stands where a result was written: with the access that was there, and nothing of processes that were killed.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeBytes } from '../src/image/files.js';
import { removeLeftovers, temporaryFor } from '../src/image/temporaries.js';
import { filesIn, pictures } from './support/batches.js';
import { at, folder, photograph, program, sepconv, spawnSepconv } from './support/command-line.js';

const modeOf = (name: string) => statSync(at(name)).mode & 0o777;
const temporaries = () => readdirSync(folder).filter((name) => /^\.killed.+\.[0-9a-f]{24}$/.test(name));

describe.skipIf(process.platform === 'win32')('a file that is replaced keeps its mode', () => {
  test.each([0o600, 0o664, 0o755, 0o444])('%o, by a command', async (mode) => {
    writeFileSync(at('mode.png'), 'old');
    chmodSync(at('mode.png'), mode);
    expect((await sepconv([photograph, '-o', 'mode.png', '--force'])).status).toBe(0);
    expect(readFileSync(at('mode.png')).length).toBeGreaterThan(1000);
    expect(modeOf('mode.png')).toBe(mode);
  });

  test('by a batch, with --force and when it is resumed', async () => {
    const args = ['batch', pictures('moded', 2), '--out-dir', 'moded-out'];
    await sepconv([...args, '-k', 'box:3']);
    const results = Object.keys(filesIn('moded-out'));
    for (const name of results) chmodSync(at(`moded-out/${name}`), 0o640);
    for (const more of [['--force'], ['--resume', '-k', 'sobel-y']]) {
      expect((await sepconv([...args, ...more])).status).toBe(0);
      expect(results.map((name) => modeOf(`moded-out/${name}`))).toEqual([0o640, 0o640]);
    }
  });
});

describe('what a process that was killed left', () => {
  /** The name that a process of its own wrote to, and what ends it. */
  async function writerOf(path: string) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const mark = child.pid!.toString(16).padStart(8, '0');
    const ours = temporaryFor(path);
    const temporary = `${ours.slice(0, -16)}${mark}01234567`;
    writeFileSync(temporary, 'half');
    const kill = () => new Promise<void>((resolve) => child.on('close', () => resolve()) && child.kill('SIGKILL'));
    return { temporary, kill };
  }

  let dead: string;
  let alive: Awaited<ReturnType<typeof writerOf>>;
  beforeAll(async () => {
    const killed = await writerOf(at('left.png'));
    alive = await writerOf(at('left.png'));
    await killed.kill();
    dead = killed.temporary;
    return alive.kill;
  });

  test('is removed by the next one that writes there; what a living one writes is not', async () => {
    expect((await spawnSepconv([photograph, '-o', 'other.png'])).status).toBe(0);
    expect([dead, alive.temporary].map((path) => existsSync(path))).toEqual([false, true]);
    await removeLeftovers([at('left.png')]);
    expect(existsSync(alive.temporary)).toBe(true);
  });

  test('of another machine is removed by who knows that nobody writes the file', async () => {
    const foreign = at('.left.png.0123456789abcdef01234567');
    writeFileSync(foreign, 'half');
    expect((await spawnSepconv([photograph, '-o', 'another.png'])).status).toBe(0);
    expect(existsSync(foreign)).toBe(true);
    await removeLeftovers([at('left.png')]);
    expect(existsSync(foreign)).toBe(false);
  });

  test('by kill -9 in the middle', async () => {
    writeFileSync(
      at('slow.mjs'),
      `import fs from 'node:fs/promises';
      const probe = await fs.open(process.execPath);
      Object.getPrototypeOf(probe).sync = () => new Promise(() => setInterval(() => {}, 1000));`,
    );
    const env = { ...process.env, NODE_OPTIONS: `--import ${at('slow.mjs')}` };
    const child = spawn(process.execPath, [program, photograph, '-o', at('killed.png')], { env });
    await expect.poll(temporaries, { timeout: 20_000 }).toHaveLength(1);
    await new Promise((resolve) => child.on('close', resolve) && child.kill('SIGKILL'));
    expect((await spawnSepconv([photograph, '-o', 'killed.png'])).status).toBe(0);
    expect(temporaries()).toEqual([]);
  });
});

test('a name as long as the system allows is written', async () => {
  const name = `${'n'.repeat(251)}.png`;
  await writeBytes('output', at(name), Buffer.from('whole'), false);
  expect(readFileSync(at(name), 'utf8')).toBe('whole');
});
