// What the command line says beside a result: the defaults that it took, what was clipped, what would be faster.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { formatNpy } from '../src/image/npy.js';
import { tensor } from '../src/index.js';
import { at, folder, photograph, report, results, sepconv } from './support/command-line.js';

/** As a process. */
const processReport = (args: string[]) => report(args, {});
/** The notes of a run on a terminal. */
const notesOf = async (args: string[]) => (await sepconv(args, { isTerminal: true })).stderr;

describe('every filter and option is told, defaults included', () => {
  test.each([
    ['rgb.png', [], { kernel: 'sobel-x', padding: 'same', border: 'replicate', range: 'clamp', strides: 1 }],
    ['rgb.png', ['-m', 'pointwise'], { kernel: null, pointwise: 'luma', strides: 1 }],
    ['rgb.png', ['-m', 'separable', '--strides', '2,1'], { kernel: 'sobel-x', pointwise: 'luma', strides: [2, 1] }],
    ['rgb.png', ['-m', 'maxpool'], { kernel: null, window: 2, strides: 2, padding: 'valid' }],
    ['rgb.png', ['-m', 'transposed'], { kernel: 'bilinear:2', strides: 2 }],
  ])('%s %s', async (picture, args, settings) => {
    expect(await processReport([picture, ...args])).toMatchObject(settings);
  });

  test('on a terminal', async () => {
    const line =
      /^separable, kernel sobel-x, pointwise luma, .*, padding same, border replicate, .*: 3×4×3 → 3×4×1 on /m;
    expect(await notesOf(['rgb.png', '-m', 'separable', '-o', 'told.png'])).toMatch(line);
  });
});

describe('the matrix of mode pointwise', () => {
  test('--kernel gives it, too', async () => {
    const [byKernel, byPointwise] = [
      await processReport(['rgb.png', '-m', 'pointwise', '--kernel', 'sepia']),
      await processReport(['rgb.png', '-m', 'pointwise', '--pointwise', 'sepia']),
    ];
    expect(byKernel).toMatchObject({ pointwise: 'sepia', outputShape: [1, 3, 4, 3], notes: [] });
    expect(byKernel.sha256).toBe(byPointwise.sha256);
  });

  test.each(['pointwise', 'separable'])('in mode %s the default fits a grey picture', async (mode) => {
    const { pointwise, outputShape, notes } = await processReport(['grey.png', '-m', mode]);
    expect({ pointwise, outputShape }).toEqual({ pointwise: 'identity', outputShape: [1, 3, 4, 1] });
    expect(notes).toContain('pointwise identity: luma is for red, green and blue, not for 1 channel');
  });

  test('five channels are averaged, and so are those of a multiplier', async () => {
    writeFileSync(at('five.npy'), formatNpy(tensor(Float32Array.of(1, 2, 3, 4, 5), [1, 1, 5])));
    expect(await results(['five.npy', '-m', 'pointwise'])).toEqual([3]);
    writeFileSync(at('three.npy'), formatNpy(tensor(Float32Array.of(1, 2, 3), [1, 1, 1, 3])));
    expect(await processReport(['grey.png', '-m', 'separable', '-k', 'three.npy'])).toMatchObject({
      pointwise: 'mean',
    });
  });
});

describe('clipped samples', () => {
  test('a filter of both signs names the range that shows them', async () => {
    const { notes } = await processReport([photograph, '-m', 'spatial', '-o', 'clipped.png']);
    expect(notes.at(-1)).toMatch(
      /^196,256 of 405,900 samples \(48 %\), 48 % below and 0\.1 % above, lay outside of 0–255 and were clipped; kernel sobel-x gives both signs, and --range abs shows them; --range normalize spreads all results from 0 to 255$/,
    );
  });

  test('a side of very few is not told as none', async () => {
    const values = new Float32Array(30_000).fill(-1, 0, 3000).fill(300, 29_999);
    writeFileSync(at('signs.npy'), formatNpy(tensor(values, [100, 100, 3])));
    expect(await notesOf(['signs.npy', '-k', '1', '-o', 'signs.png'])).toMatch(
      /3,001 of 30,000 samples \(10 %\), 10 % below and under 0\.1 % above,/,
    );
  });

  test('a large sum', async () => {
    const note = /^36 of 36 samples \(100 %\) lay .* clipped; --range abs leaves out the signs; --range normalize/m;
    writeFileSync(at('bright.npy'), formatNpy(tensor(new Float32Array(36).fill(200), [3, 4, 3])));
    expect(await notesOf(['bright.npy', '-k', '2', '-o', 'white.png'])).toMatch(note);
  });

  test.each([
    ['few', ['grey.png', '-k', 'identity', '-o', 'few.png']],
    ['none by normalize', ['grey.png', '--range', 'normalize', '-o', 'none.png']],
    ['none where no picture is made', ['grey.png', '-o', 'none.npy']],
  ])('%s', async (_, args) => {
    expect((await processReport(args)).notes.join()).not.toMatch(/clipped/);
  });
});

describe('what takes long', () => {
  test('a large filter that is a row times a column', async () => {
    writeFileSync(at('wide.npy'), formatNpy(tensor(new Float32Array(512 * 512), [512, 512])));
    const { notes } = await processReport(['wide.npy', '-k', 'box:63']);
    expect(notes).toEqual([
      'kernel box:63 is one column times one row: --mode spatial gives it with 63 + 63 taps a pixel instead of 3969, but for the last bits',
    ]);
    expect((await processReport(['wide.npy', '-k', 'box:63', '--strides', '9'])).notes).toEqual([]);
    expect((await processReport(['grey.png', '-k', 'box:9'])).notes).toEqual([]);
  });

  test('life signs on a terminal while the program is blocked', async () => {
    const source = fileURLToPath(new URL('../src/cli/progress.ts', import.meta.url));
    await build({ entryPoints: [source], outfile: at('progress.mjs'), format: 'esm' });
    const script = `process.stderr.isTTY = true;
      const { inProgress } = await import('./progress.mjs');
      const block = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
      await inProgress('depthwise', () => { block(2600); });
      await inProgress('short', () => {});`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    const lines = child.stderr.toString().split('\r\u001b[K');
    expect(lines.slice(0, 2)).toEqual(['', 'depthwise … 1 s']);
    expect(lines.at(-1)).toBe('');
  });
});
