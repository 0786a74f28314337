// sepconv batch: what it gives, refuses and tells.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesIn, lines, pictures } from './support/batches.js';
import { at, fail, jpeg, report, sepconv, spawnSepconv } from './support/command-line.js';

describe('sepconv batch', () => {
  test('gives what the single command gives, tells what failed, and exits with 1', async () => {
    pictures('mixed', 3);
    writeFileSync(at('mixed/broken.jpg'), readFileSync(jpeg).subarray(0, 5000));
    const { status, stdout, stderr } = await sepconv(['batch', 'mixed', '-k', 'sobel-x', '--out-dir', 'one', '--json']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/failed: mixed\/broken\.jpg: .*\n.*3 done, 1 failed/);
    const told = lines(stdout);
    expect(told.filter((line) => line.status === 'failed')).toEqual([
      { input: 'mixed/broken.jpg', output: 'one/broken.jpg', status: 'failed', error: expect.anything() },
    ]);
    for (const { input, output, status: each, sha256 } of told) {
      if (each === 'failed') continue;
      expect(sha256).toBe((await report([input, '-k', 'sobel-x'])).sha256);
      await sepconv([input, '-k', 'sobel-x', '-o', 'single.png', '--force']);
      if (output.endsWith('.png')) expect(readFileSync(at(output))).toEqual(readFileSync(at('single.png')));
    }
  });

  test('refuses before it starts: existing results, wrong options, no folder', async () => {
    pictures('given', 1);
    mkdirSync(at('taken'));
    writeFileSync(at('taken/0.png'), 'mine');
    const args = ['batch', 'given', '--out-dir', 'taken'];
    await fail(args, 1, /output: expected new files, got "taken\/0\.png, one of 1/);
    await fail([...args, '--resume'], 1, /one of 1 that exist/);
    await fail([...args, '-k', 'sobelx'], 1, /one of 1 that exist/);
    await fail(['batch', 'given', '--out-dir', 'new', '-k', 'sobelx'], 2, /kernel: /);
    await fail(['batch', 'given', '--out-dir', 'new', '--window', '2'], 2, /window: /);
    await fail(['batch', 'given'], 2, /--out-dir/);
    await fail(['batch', 'given', '--out-dir', 'new', '--root', '.'], 2, /root: .*a batch with --queue/);
    const queued = ['batch', 'given', '--out-dir', 'new', '--queue', 'redis://localhost'];
    await fail([...queued, '--max-pixels', '9'], 2, /max-pixels: .*an option of sepconv worker/);
    await fail(['batch', 'https://pictures.example/a.png', '--out-dir', 'new'], 2, /queue: .*add --queue/);
    expect(readFileSync(at('taken/0.png'), 'utf8')).toBe('mine');
  });

  test('--resume does again what is not whole, of other options or of another picture, and nothing else', async () => {
    pictures('again', 4);
    const args = ['batch', 'again', '--out-dir', 'again-out', '-k', 'box:3'];
    expect((await sepconv(args)).status).toBe(0);
    const whole = filesIn('again-out');
    const resumed = async (more: string[] = []) => {
      const { stdout } = await sepconv([...args, '--resume', '--json', ...more]);
      return lines(stdout)
        .filter(({ status }) => status !== 'skipped')
        .map(({ input }) => input)
        .sort();
    };
    expect(await resumed()).toEqual([]);
    truncateSync(at('again-out/0.png'), 100);
    rmSync(at('again-out/2.png'));
    appendFileSync(at('again-out/.sepconv-batch.jsonl'), '\n{"output":"more/1.j');
    const leftover = at('again-out/.0.png.0123456789abcdef01234567');
    writeFileSync(leftover, 'half');
    expect(await resumed(['--dry-run'])).toEqual(['again/0.png', 'again/2.png']);
    expect(await resumed()).toEqual(['again/0.png', 'again/2.png']);
    expect(filesIn('again-out')).toEqual(whole);
    expect(existsSync(leftover)).toBe(false);
    cpSync(at('again/more/1.jpg'), at('again/more/3.jpg'));
    appendFileSync(at('again/more/3.jpg'), 'x');
    expect(await resumed()).toEqual(['again/more/3.jpg']);
    expect(await resumed(['--range', 'abs'])).toHaveLength(4);
  });

  test('takes a list, says what it would do, and does it', async () => {
    pictures('listed', 2);
    const args = ['batch', '-', '--out-dir', 'listed-out'];
    const input = Buffer.from('listed/0.png\nlisted/more/1.jpg\nlisted/none.png\n');
    const plan = await spawnSepconv([...args, '--dry-run'], { input });
    expect(plan.stdout.toString().split('\n')[1]).toBe('listed/more/1.jpg → listed-out/more/1.jpg');
    const { status, stderr } = await spawnSepconv(args, { input });
    expect(status).toBe(1);
    expect(stderr).toMatch(/listed\/none\.png.*ENOENT/);
    expect(Object.keys(filesIn('listed-out')).sort()).toEqual(['0.png', 'more/1.jpg']);
  });
});
