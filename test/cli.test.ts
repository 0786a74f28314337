// What the command line does on real files: modes, reports, the terminal, info.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { draw } from '../src/cli/show.js';
import { modeNames } from '../src/image/modes.js';
import { formatNpy } from '../src/image/npy.js';
import { tensor } from '../src/index.js';
import { at, decoded, fail, photograph, report, results, sepconv, succeed } from './support/command-line.js';

describe('modes', () => {
  test('depthwise: a horizontal step of 15 is 8 · 15 to sobel-x, 4 · 15 at the edges', async () => {
    expect((await results(['rgb.png', '-k', 'sobel-x'])).slice(0, 12)).toEqual([
      60,
      60,
      60,
      ...Array(6).fill(120),
      60,
      60,
      60,
    ]);
  });

  test('--flip turns the filter', async () => {
    for (const mode of ['depthwise', 'standard', 'spatial']) {
      expect((await results(['grey.png', '-m', mode, '-k', 'sobel-x', '--flip']))[1]).toBe(-40);
      expect((await results(['grey.png', '-m', mode, '-k', 'sobel-x']))[1]).toBe(40);
    }
  });

  test('pointwise', async () => {
    expect((await results(['rgb.png', '-m', 'pointwise', '-p', 'swap-rb'])).slice(0, 6)).toEqual([
      10, 5, 0, 25, 20, 15,
    ]);
    expect((await results(['rgb.png', '-m', 'pointwise', '-p', '1;2;4', '--strides', '2'])).slice(0, 2)).toEqual([
      50, 260,
    ]);
  });

  test('separable', async () => {
    const args = ['rgb.png', '-m', 'separable', '-k', '1 1', '-p', '1; 1; 1', '--padding', 'valid'];
    expect((await results(args)).slice(0, 3)).toEqual([75, 165, 255]);
  });

  test('standard: one output channel, or those of a filter from a file', async () => {
    expect((await results(['rgb.png', '-m', 'standard', '-k', 'identity'])).slice(0, 3)).toEqual([15, 60, 105]);
    writeFileSync(at('full.json'), '[[[[1, 0], [0, 1], [0, 0]]]]');
    expect((await results(['rgb.png', '-m', 'standard', '-k', 'full.json'])).slice(0, 4)).toEqual([0, 5, 15, 20]);
  });

  test('transposed: enlarged by the strides, bilinear unless told otherwise', async () => {
    const { outputShape, kernel } = await report(['rgb.png', '-m', 'transposed', '--strides', '2,3']);
    expect({ outputShape, kernel }).toEqual({ outputShape: [1, 6, 12, 3], kernel: 'bilinear:2:3' });
    expect((await results(['grey.png', '-m', 'transposed'])).slice(0, 8)).toEqual([
      0, 1.25, 3.75, 6.25, 8.75, 11.25, 13.75, 15,
    ]);
    expect((await results(['grey.png', '-m', 'transposed', '-k', 'identity', '--border', 'zero'])).slice(0, 4)).toEqual(
      [0, 0, 5, 0],
    );
  });

  test('maxpool and avgpool: strides are the window unless told otherwise', async () => {
    expect(await results(['grey.png', '-m', 'maxpool'])).toEqual([25, 35]);
    expect(await results(['grey.png', '-m', 'maxpool', '--window', '3', '--strides', '1'])).toEqual([50, 55]);
    expect(await results(['grey.png', '-m', 'avgpool', '--ceil-mode'])).toEqual([12.5, 22.5, 42.5, 52.5]);
    const padded = ['grey.png', '-m', 'avgpool', '--window', '1,2', '--padding', '0,1'];
    expect((await results(padded)).slice(3, 6)).toEqual([20, 27.5, 35]);
    expect((await results([...padded, '--count-include-pad'])).slice(3, 6)).toEqual([10, 27.5, 17.5]);
  });

  test('spatial: samples stay samples, and the separation is told', async () => {
    const object = await report([photograph, '-m', 'spatial', '-k', 'gaussian:9']);
    expect(object).toMatchObject({ operation: 'sepFilter2d', filterShapes: [[9], [9]], dtype: 'uint8' });
    expect(object.separation.reason).toMatch(/^separated: rank 1 .* 9 \+ 9 taps instead of 81$/);
    const whole = await report([photograph, '-m', 'spatial', '-k', 'emboss']);
    expect(whole).toMatchObject({ operation: 'depthwiseConv2d', dtype: 'float32', separation: { rank: 3 } });
    expect((await report([photograph, '-m', 'spatial', '--range', 'abs'])).dtype).toBe('float32');
    expect((await report(['grey16.png', '-m', 'spatial'])).dtype).toBe('float32');
    expect((await report([photograph, '-m', 'depthwise'])).dtype).toBe('float32');
    const written = async (mode: string, kernel: string) => {
      await succeed([photograph, '-m', mode, '-k', kernel, '-o', 'samples.png', '--force']);
      return (await decoded(at('samples.png'), 'srgb')).samples;
    };
    expect(await written('spatial', 'sobel-x')).toEqual(await written('depthwise', 'sobel-x'));
    expect(await written('spatial', 'laplacian')).toEqual(await written('depthwise', 'laplacian'));
  });

  test('filters from .json and .npy, with channels and a multiplier', async () => {
    writeFileSync(at('kernel.json'), '[[[1, 2, 3]]]');
    expect((await results(['rgb.png', '-k', 'kernel.json'])).slice(0, 6)).toEqual([0, 10, 30, 15, 40, 75]);
    writeFileSync(at('kernel.npy'), formatNpy(tensor(Float32Array.of(1, -1), [1, 1, 1, 2])));
    expect((await results(['grey.png', '-k', 'kernel.npy'])).slice(2, 6)).toEqual([5, -5, 10, -10]);
  });

  test('borders', async () => {
    const first = async (border: string) => (await results(['grey.png', '-k', '1 0 0', '--border', border]))[0];
    expect([await first('zero'), await first('replicate'), await first('reflect'), await first('wrap')]).toEqual([
      0, 0, 5, 15,
    ]);
  });

  test('a bias and an activation, the same for many pictures', async () => {
    const args = ['-k', 'identity', '--bias=-12.5', '--activation', 'relu'];
    expect((await results(['grey.png', ...args])).slice(0, 5)).toEqual([0, 0, 0, 2.5, 7.5]);
    const each = await report(['rgb.png', '-k', 'identity', '--bias', '1,2,3']);
    expect(each).toMatchObject({ bias: '1,2,3' });
    expect((await results(['rgb.png', '-k', 'identity', '--bias', '1,2,3'])).slice(0, 3)).toEqual([1, 7, 13]);
    expect(await results(['rgb.png', '-m', 'pointwise', '-k', '0; 0; 0', '--bias', '8'])).toEqual(Array(12).fill(8));
    await succeed(['grey.png', ...args, '-o', 'one.png']);
    expect((await sepconv(['batch', 'grey.png', ...args, '--out-dir', 'many'])).status).toBe(0);
    expect(readFileSync(at('many/grey.png'))).toEqual(readFileSync(at('one.png')));
  });

  test('--range', async () => {
    const samples = async (range: string) => {
      await succeed(['grey.png', '-k', '-1', '--range', range, '-o', 'range.png', '--force']);
      return (await decoded(at('range.png'), 'b-w')).samples.slice(0, 3);
    };
    expect([await samples('clamp'), await samples('abs'), await samples('normalize')]).toEqual([
      [0, 0, 0],
      [0, 5, 10],
      [255, 232, 209],
    ]);
  });

  test('without a picture the built-in one is shown', async () => {
    const text = (await succeed([])).toString();
    expect(text.split('\n')).toHaveLength(28);
    expect(text).toMatch(/^[ .:\-=+*#%@\n]+$/);
    expect((await succeed(['grey.png', '-k', 'identity', '--show'])).toString()).toBe('    \n....\n');
  });

  test('on a terminal the result is shown by itself, with notes on stderr', async () => {
    const shown = await sepconv(['grey.png', '-m', 'spatial', '-k', 'identity'], { isTerminal: true });
    expect({ status: shown.status, stdout: shown.stdout.toString() }).toEqual({ status: 0, stdout: '    \n....\n' });
    expect(shown.stderr).toMatch(
      /^separated: rank 1.*\nspatial, kernel identity, .*: 3×4×1 → 3×4×1 on \S+ in [\d.]+ ms\n$/,
    );
    const written = await sepconv(['rgba.png', '-o', 'terminal.jpg'], { isTerminal: true });
    expect(written.stdout.toString()).toBe('');
    expect(written.stderr).toMatch(/terminal\.jpg: no alpha/);
    expect(existsSync(at('terminal.jpg'))).toBe(true);
  });

  test('--json: one object, with the hash of the float32 results', async () => {
    const values = Float32Array.from(await results(['grey.png', '-k', 'laplacian']));
    const object = await report(['grey.png', '-k', 'laplacian', '--backend', 'reference']);
    expect(object).toMatchObject({
      mode: 'depthwise',
      input: 'grey.png',
      output: null,
      inputShape: [1, 3, 4, 1],
      outputShape: [1, 3, 4, 1],
      bits: 8,
      alpha: false,
      operation: 'depthwiseConv2d',
      kernel: 'laplacian',
      pointwise: null,
      filterShapes: [[3, 3, 1, 1]],
      separation: null,
      dtype: 'float32',
      backend: 'reference',
      isa: 'none',
      threads: 1,
      sha256: createHash('sha256').update(values).digest('hex'),
    });
  });

  test('the hash writes every NaN alike', async () => {
    const hashes: string[] = [];
    for (const bits of [0x7fc00000, 0xffc12345]) {
      const data = new Float32Array(Uint32Array.of(bits).buffer);
      writeFileSync(at('nan.npy'), formatNpy(tensor(data, [1, 1])));
      hashes.push((await report(['nan.npy', '-k', 'identity'])).sha256);
    }
    const expected = createHash('sha256')
      .update(Uint8Array.of(0, 0, 0xc0, 0x7f))
      .digest('hex');
    expect(hashes).toEqual([expected, expected]);
  });

  test('every backend gives the same hash', async () => {
    const { backends } = JSON.parse((await succeed(['info', '--json'])).toString());
    expect(backends).toContain('reference');
    for (const mode of modeNames) {
      const hashes = new Set<string>();
      for (const name of backends) {
        const [backend, isa = 'none'] = name.split('/');
        const object = await report(['-m', mode, '--backend', backend, '--isa', isa]);
        expect([object.backend, object.isa]).toEqual([backend, isa]);
        hashes.add(object.sha256);
      }
      expect(hashes.size).toBe(1);
    }
  });
});

describe('the picture in the terminal', () => {
  const samples = Uint8ClampedArray.of(255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255);
  const drawn = (colourBits: number, columns = 80) => draw(samples, 2, 2, { columns, rows: 50, colourBits });
  const csi = '\x1b[';

  test('half blocks in true colour', () => {
    const left = `${csi}38;2;255;0;0m${csi}48;2;0;255;0m▀`;
    const right = `${csi}38;2;0;0;255m${csi}48;2;255;255;255m▀`;
    expect(drawn(24)).toBe(`${left}${right}${csi}0m\n`);
  });

  test('half blocks in 256 colours', () => {
    const left = `${csi}38;5;196m${csi}48;5;46m▀`;
    const right = `${csi}38;5;21m${csi}48;5;231m▀`;
    expect(drawn(8)).toBe(`${left}${right}${csi}0m\n`);
  });

  test('characters where there is no colour, no wider than the terminal', () => {
    expect(drawn(1)).toBe('-*\n');
    expect(drawn(1, 1)).toBe('=\n');
  });
});

test('info says what runs here and why', async () => {
  const object = JSON.parse((await succeed(['info', '--json'])).toString());
  expect(object.backends).toContain(object.default);
  expect(object.reasons.at(-1)).toContain(object.default);
  expect((await succeed(['info'])).toString()).toContain(object.version);
});

describe('demo', () => {
  test('a grey picture is tinted as sepia tints it', async () => {
    const text = (await succeed(['demo', 'grey.png', '--out-dir', 'grey-demo'])).toString();
    for (const mode of ['depthwise', 'pointwise', 'separable']) {
      expect(text).toMatch(new RegExp(`^grey ${mode} .* yes$`, 'm'));
    }
    expect(text).toMatch(/^grey: grey; pointwise tints/m);
    const { samples } = await decoded(at('grey-demo/grey-pointwise.png'), 'srgb');
    expect(samples.slice(3, 6)).toEqual([7, 6, 5]);
  });

  test('what is no picture is refused before anything is written', async () => {
    writeFileSync(at('five.npy'), formatNpy(tensor(new Float32Array(5), [1, 1, 5])));
    await fail(['demo', 'five.npy', '--out-dir', 'five'], 1, /five\.npy: expected one picture, grey or in colour/);
    await fail(['demo', '--out-dir', 'rgb.png'], 1, /out-dir: expected a folder/);
  });
});
