// Batches: what names them, what they give, and what is left of them however they end.
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filterPictures, type PictureOutcome } from '../src/batch/index.js';
import { findInputs } from '../src/batch/inputs.js';
import { assignOutputs } from '../src/batch/outputs.js';
import { Room } from '../src/batch/room.js';
import { at, fail, folder, jpeg, photograph, program, report, sepconv, spawnSepconv } from './support/command-line.js';

const job = ['-k', 'gaussian:31', '-m', 'depthwise'];

/** A folder with so many pictures in it and below it. */
function pictures(name: string, count: number): string {
  mkdirSync(at(`${name}/more`), { recursive: true });
  for (let i = 0; i < count; i++) {
    const isJpeg = i % 2 === 1;
    cpSync(isJpeg ? jpeg : photograph, at(`${name}/${isJpeg ? `more/${i}.jpg` : `${i}.png`}`));
  }
  return name;
}

/** The files below a folder, but those that begin with a dot, with what is in them. */
function filesIn(name: string): Record<string, string> {
  const files = readdirSync(at(name), { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const shown = files.filter((file) => !file.name.startsWith('.'));
  return Object.fromEntries(
    shown.map((file) => {
      const path = join(file.parentPath, file.name);
      return [relative(at(name), path), readFileSync(path, 'latin1')];
    }),
  );
}

const lines = (stdout: Buffer) =>
  stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('inputs', () => {
  test('of folders, patterns, files and lists, each once', async () => {
    pictures('found', 4);
    const paths = async (names: string[], list?: string) =>
      (await findInputs(names, 'out', list)).map(({ path }) => path);
    const all = ['found/0.png', 'found/2.png', 'found/more/1.jpg', 'found/more/3.jpg'];
    expect(await paths(['found'])).toEqual(all);
    expect(await paths(['found/**/*.jpg'])).toEqual(all.slice(2));
    expect(await paths(['found/?.PNG', 'found/0.png'])).toEqual(all.slice(0, 2));
    expect(await paths(['-'], 'found/0.png\nfound/2.png\n')).toEqual(all.slice(0, 2));
    expect(await paths(['-'], 'found/0.png\0found/a\nb.png\0')).toEqual(['found/0.png', 'found/a\nb.png']);
    expect((await findInputs(['found'], 'found/more')).map(({ path }) => path)).toEqual(all.slice(0, 2));
    const address = 'https://pictures.example/a.png?size=2';
    expect(await paths(['-', address], `found/0.png\n${address}\n`)).toEqual(['found/0.png', address]);
    await expect(findInputs(['found/*.webp'], 'out')).rejects.toMatchObject({ code: 'ERR_FILE' });
  });
});

describe('outputs', () => {
  const outputs = (name: string, ...inputs: [string, string][]) =>
    assignOutputs(
      inputs.map(([path, base]) => ({ path, base })),
      'out',
      name,
    ).map(({ output }) => output);

  test('stand where their pictures stood, by the template', () => {
    expect(outputs('{dir}/{stem}.{ext}', ['a/b/c.jpg', 'a'], ['a/d.gif', 'a'])).toEqual(['out/b/c.jpg', 'out/d.png']);
    expect(outputs('{stem}-soft.webp', ['a/b/c.d.jpg', 'a'])).toEqual(['out/c.d-soft.webp']);
  });

  test('of addresses stand by their paths, and may go to addresses', () => {
    const address = 'https://pictures.example/a%20b/c.jpg?size=2';
    expect(outputs('{dir}/{stem}.{ext}', [address, ''])).toEqual(['out/a b/c.jpg']);
    const [{ output }] = assignOutputs(
      [{ path: address, base: '' }],
      'http://results.example/new/',
      '{dir}/{stem}.png',
    );
    expect(output).toBe('http://results.example/new/a%20b/c.png');
  });

  test.each([
    ['two of one name', '{stem}.png', ['a/1.png', 'a'], ['a/b/1.jpg', 'a']],
    ['outside of the folder', '../{stem}.png', ['a/1.png', 'a']],
    ['in place of a picture', '{stem}.png', ['out/1.png', 'out']],
    ['no format', '{stem}', ['a/1.png', 'a']],
    ['no part', '{name}.png', ['a/1.png', 'a']],
  ] as [string, string, ...[string, string][]][])('%s: refused', (_, name, ...inputs) => {
    expect(() => outputs(name, ...inputs)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });
});

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
    const leftover = at('again-out/.0.png.0123456789ab');
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

describe('filterPictures', () => {
  const all = async (outcomes: AsyncIterable<PictureOutcome>) => {
    const found: PictureOutcome[] = [];
    for await (const outcome of outcomes) found.push(outcome);
    return found;
  };

  test('gives bytes from bytes and files in their order, and tells which one failed', async () => {
    const bytes = readFileSync(photograph);
    const outcomes = await all(filterPictures([bytes, 'none.png', photograph], { kernel: 'box:3', hash: true }));
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    const [first, second, third] = outcomes;
    expect(second).toMatchObject({ input: 'none.png', error: { code: 'ERR_FILE' } });
    if (first.status !== 'done' || third.status !== 'done') throw new Error('not done');
    expect(first.bytes).toEqual(third.bytes);
    expect(first.sha256).toBe((await report([photograph, '-k', 'box:3'])).sha256);
  });

  test('refuses what can be for no picture', async () => {
    const wrong = { kernel: 'no such kernel' };
    await expect(all(filterPictures([photograph], wrong))).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(all(filterPictures([photograph], { colour: 1 } as never))).rejects.toMatchObject({
      code: 'ERR_OPTION',
    });
    await expect(all(filterPictures([], { maxPixels: 0 }))).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  test('ends at once when it is aborted, and closes the source', async () => {
    const stop = new AbortController();
    let isClosed = false;
    function* endless() {
      try {
        for (;;) yield photograph;
      } finally {
        isClosed = true;
      }
    }
    const reason = new Error('enough');
    const outcomes = filterPictures(endless(), { kernel: 'gaussian:31', signal: stop.signal, concurrency: 2 });
    await expect(
      (async () => {
        for await (const { status } of outcomes) {
          expect(status).toBe('done');
          stop.abort(reason);
        }
      })(),
    ).rejects.toBe(reason);
    expect(isClosed).toBe(true);
  });

  test('asks for no more pictures than it was told to have in hand', async () => {
    let taken = 0;
    let given = 0;
    async function* source() {
      for (; taken < 12; taken++) {
        expect(taken - given).toBeLessThanOrEqual(3);
        yield photograph;
      }
    }
    for await (const _ of filterPictures(source(), { concurrency: 3 })) given++;
    expect(given).toBe(12);
  });
});

test('a room lets in who comes first, and what is larger than it alone', async () => {
  const room = new Room(10);
  const entered: string[] = [];
  const enter = (name: string, amount: number) =>
    room.take(amount).then((leave) => {
      entered.push(name);
      return leave;
    });
  const waiting = [enter('a', 6), enter('b', 20), enter('c', 1)];
  (await waiting[0])();
  expect(entered).toEqual(['a']);
  (await waiting[1])();
  (await waiting[2])();
  expect(entered).toEqual(['a', 'b', 'c']);
});
