// What is left of a batch that was stopped, and that it can be resumed.
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesIn, pictures } from './support/batches.js';
import { at, folder, program, sepconv } from './support/command-line.js';

const job = ['-k', 'gaussian:31', '-m', 'depthwise'];

describe('a batch that is stopped', () => {
  /** Starts a batch and waits for its first results. */
  async function started(name: string, results: number) {
    const args = ['batch', name, '--out-dir', `${name}-out`, '--json', ...job];
    const child = spawn(process.execPath, [program, ...args], { cwd: folder });
    const over = new Promise<number | null>((resolve) => child.on('close', resolve));
    let stdout = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        if (stdout.split('\n').length > results) resolve();
      });
    });
    return { child, over };
  }

  async function expectedOf(name: string) {
    await sepconv(['batch', name, '--out-dir', `${name}-whole`, ...job]);
    return filesIn(`${name}-whole`);
  }

  test('by Ctrl-C finishes what is in hand, exits with 130, and can be resumed', async () => {
    const name = pictures('interrupted', 14);
    const { child, over } = await started(name, 1);
    child.kill('SIGINT');
    expect(await over).toBe(130);
    const expected = await expectedOf(name);
    const found = filesIn(`${name}-out`);
    expect(Object.keys(found).length).toBeLessThan(14);
    for (const [path, bytes] of Object.entries(found)) expect(bytes).toBe(expected[path]);
    expect(readdirSync(at(`${name}-out`)).filter((path) => /^\.\d/.test(path))).toEqual([]);
    expect((await sepconv(['batch', name, '--out-dir', `${name}-out`, '--resume', ...job])).status).toBe(0);
    expect(filesIn(`${name}-out`)).toEqual(expected);
  });

  test('by kill -9 leaves whole results only, and can be resumed', async () => {
    const name = pictures('killed', 14);
    const expected = await expectedOf(name);
    for (const results of [1, 3, 2]) {
      rmSync(at(`${name}-out`), { recursive: true, force: true });
      const { child, over } = await started(name, results);
      child.kill('SIGKILL');
      await over;
      for (const [path, bytes] of Object.entries(filesIn(`${name}-out`))) expect(bytes).toBe(expected[path]);
      expect((await sepconv(['batch', name, '--out-dir', `${name}-out`, '--resume', ...job])).status).toBe(0);
      expect(filesIn(`${name}-out`)).toEqual(expected);
    }
  });
});
