// sepconv explain [picture]: the last value of every running sum is, by bits, what the library computes for that pixel.
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { tracePixel } from '../src/cli/explain/trace.js';
import type { Padding } from '../src/core/options.js';
import { borders } from '../src/core/params.js';
import { prepareJob } from '../src/image/convolve.js';
import { type Mode, modeNames, modes } from '../src/image/modes.js';
import { formatNpy, parseNpy } from '../src/image/npy.js';
import { createRuntime, tensor } from '../src/index.js';
import { bitsOf } from './support/bits.js';
import { at, decoded, fail, photograph, report, succeed } from './support/command-line.js';

interface Traced {
  stages: { name: string; sums: { channel: number; row?: number; terms: { sum: number }[]; result: number }[] }[];
  results: number[];
  samples: number[];
}

/** The pixel of the result that the convolution itself writes, as a process. */
async function pixelOf(args: string[], [y, x]: number[]): Promise<number[]> {
  await succeed([photograph, ...args, '-o', 'whole.npy', '--force'], {});
  const { data, shape } = parseNpy(readFileSync(at('whole.npy')), '').tensor;
  const [width, channels] = shape.slice(-2);
  return [...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)];
}

describe('the running sum ends where the library does', () => {
  test.each<[string[], string, string[]]>([
    [['-k', 'gaussian:5'], '0,450', ['depthwise']],
    [['-k', 'sobel-x', '--strides', '2,3', '--dilations', '2', '--border', 'reflect'], '149,2', ['depthwise']],
    [['-m', 'pointwise', '-k', 'sepia', '--strides', '2'], '7,9', ['pointwise']],
    [['-m', 'separable', '-k', 'box:3', '--bias', '-90', '--activation', 'relu'], '9,9', ['depthwise', 'pointwise']],
    [['-m', 'separable', '-k', 'gaussian:3', '--border', 'zero'], '299,0', ['depthwise', 'pointwise']],
    [['-m', 'standard', '-k', 'emboss', '--padding', '4', '--border', 'wrap'], '3,5', ['standard']],
    [['-m', 'spatial', '-k', 'gaussian:7', '--border', 'replicate'], '1,1', ['rows', 'columns']],
    [['-m', 'spatial', '-k', 'gaussian:4', '--border', 'zero'], '299,450', ['rows', 'columns']],
    [['-m', 'spatial', '-k', 'emboss'], '8,8', ['depthwise']],
    [['-m', 'transposed', '--strides', '3'], '0,1352', ['transposed']],
    [['-m', 'maxpool', '--window', '3', '--padding', '1'], '0,0', ['largest']],
    [['-m', 'avgpool', '--window', '3', '--padding', '1', '--count-include-pad'], '0,3', ['mean']],
  ])('%s at %s', async (args, position, names) => {
    const traced: Traced = await report(['explain', photograph, ...args, '--at', position], {});
    const expected = await pixelOf(args, position.split(',').map(Number));
    const bits = (values: number[]) => [...bitsOf(Float32Array.from(values))];
    expect(traced.stages.map(({ name }) => name)).toEqual(names);
    const { sums } = traced.stages.at(-1)!;
    expect(bits(sums.map(({ result }) => result))).toEqual(bits(expected));
    if (!names.includes('mean') && !args.includes('relu'))
      expect(bits(sums.map(({ terms }) => terms.at(-1)!.sum))).toEqual(bits(expected));
    expect(traced.results).toEqual(expected);
  });

  test('in every mode, with any window, border and value, on the reference', async () => {
    const runtime = await createRuntime({ backend: 'reference' });
    const small = fc.integer({ min: 1, max: 4 });
    const value = fc.oneof(fc.float(), fc.constantFrom(-0, NaN, Infinity, 1e-44, 3));
    const law = fc.asyncProperty(
      fc.record({
        mode: fc.constantFrom(...modeNames),
        size: fc.tuple(small, small, fc.constantFrom(1, 3)),
        kernel: fc.tuple(small, small),
        numbers: fc.array(value, { minLength: 64, maxLength: 64 }),
        border: fc.constantFrom(...borders),
        padding: fc.constantFrom<Padding[]>('same', 'same-lower', [1, 2]),
        strides: small,
        dilations: fc.constantFrom(1, 2),
        place: fc.tuple(fc.nat(), fc.nat()),
      }),
      async ({
        mode,
        size: [height, width, channels],
        kernel,
        numbers,
        border,
        padding,
        strides,
        dilations,
        place,
      }) => {
        const { [mode]: row }: Record<string, Mode> = modes;
        const data = (length: number, from: number) =>
          Float32Array.from({ length }, (_, i) => numbers[(i + from) % 64]);
        const image = tensor(data(height * width * channels, 0), [1, height, width, channels]);
        const filters = {
          kernel: tensor(data(kernel[0] * kernel[1], 40), kernel),
          pointwise: tensor(data(2 * channels, 7), [channels, 2]),
        };
        const operation = row.operation({ channels, ...filters });
        const taken = (name: 'padding' | 'dilations' | 'strides') => row.options.includes(name);
        const options = {
          windowDimensions: row.options.includes('window') ? kernel : undefined,
          strides: taken('strides') ? strides : undefined,
          dilations: taken('dilations') ? dilations : undefined,
          padding: taken('padding') ? padding : undefined,
          ceilMode: row.options.includes('ceilMode') ? true : undefined,
        };
        const job = {
          ...operation,
          options,
          border: row.options.includes('border') ? border : undefined,
          dtype: 'float32',
        } as const;
        let output: Awaited<ReturnType<ReturnType<typeof prepareJob>['run']>>;
        try {
          output = await prepareJob(runtime, { image, maximum: 255, dtype: 'float32' }, job).run();
        } catch {
          return; // A window larger than the picture.
        }
        const [, outHeight, outWidth, outputs] = output.shape;
        const [y, x] = [place[0] % outHeight, place[1] % outWidth];
        const traced = tracePixel(image, job, [y, x])
          .at(-1)!
          .sums.map(({ result }) => result);
        const expected = output.data.subarray((y * outWidth + x) * outputs, (y * outWidth + x + 1) * outputs);
        for (const [c, result] of traced.entries()) expect(result).toBe(expected[c]);
        expect(traced).toHaveLength(outputs);
      },
    );
    await fc.assert(law, { numRuns: 500 });
  });
});

describe('what is told', () => {
  test('taps, weights, products and sums in a table, and the sample', async () => {
    const text = (await succeed(['explain', 'grey.png', '-k', '1 2; 3 0.1', '--at', '0,3'], {})).toString();
    expect(text.split('\n').map((each) => each.trimEnd())).toEqual([
      'depthwise, kernel 1 2; 3 0.1, strides 1, dilations 1, padding same, border replicate: 3×4×1 → 3×4×1',
      '',
      'pixel 0,3 of the result (row,column), each product and each sum rounded to float32;',
      'beyond the edges, as at -1,0, border replicate continues the picture',
      '',
      'depthwise, channel 0',
      'tap                        pixel  value  weight  product    sum',
      'bias                                                          0',
      '0,0                          0,3     15       1       15     15',
      '0,1                          0,4     15       2       30     45',
      '1,0                          1,3     35       3      105    150',
      '1,1                          1,4     35     0.1      3.5  153.5',
      'activation linear                                         153.5',
      'sample 0–255, range clamp                                   154',
      '',
      expect.stringMatching(/^\S+ computes 153\.5: the same bits$/),
      '',
    ]);
  });

  test.each([
    ['in the padding', ['-k', 'box:3', '--border', 'zero'], 5],
    ['in the padding', ['-m', 'maxpool', '--window', '3', '--padding', '1'], 5],
    ['do not reach it', ['-m', 'transposed', '--strides', '3'], 21],
  ])('taps that %s are counted: %s', async (words, args, skipped) => {
    const whole = ['explain', 'grey.png', ...args, '--at', '0,0'];
    expect((await report(whole)).stages[0].sums[0].skipped).toBe(skipped);
    expect((await succeed(whole)).toString()).toMatch(new RegExp(`^${skipped} ${words}$`, 'm'));
  });

  test('the middle by default, of the built-in picture where there is none', async () => {
    expect(await report(['explain'], {})).toMatchObject({
      picture: null,
      at: [32, 48],
      mode: 'depthwise',
      settings: { kernel: 'sobel-x' },
    });
  });

  test.each(['clamp', 'abs', 'normalize'])('the sample of --range %s is that of the picture', async (range) => {
    const args = [photograph, '-k', 'laplacian', '--range', range];
    const { samples } = await report(['explain', ...args, '--at', '20,30'], {});
    await succeed([...args, '-o', 'ranged.png', '--force']);
    const picture = await decoded(at('ranged.png'), 'srgb');
    expect(samples).toEqual(picture.samples.slice((20 * 451 + 30) * 3, (20 * 451 + 30) * 3 + 3));
  });

  test('the same default mix, with its note, and colours without their alpha', async () => {
    expect(await report(['explain', 'rgba.png', '-m', 'pointwise'], {})).toMatchObject({
      settings: { pointwise: 'luma' },
      notes: [expect.stringContaining('alpha')],
    });
    expect((await report(['explain', 'grey.png', '-m', 'pointwise'], {})).notes).toHaveLength(1);
  });

  test('long sums and many of them are cut in text, and whole in JSON', async () => {
    writeFileSync(at('deep.npy'), formatNpy(tensor(new Float32Array(40).fill(1), [1, 2, 20])));
    const args = ['explain', 'deep.npy', '-k', 'box:9'];
    expect((await succeed(args)).toString()).toMatch(/^… 41 more$.*^… 8 more sums of this stage: --json has all$/ms);
    const { stages }: Traced = await report(args);
    expect(stages[0].sums).toHaveLength(20);
    expect(stages[0].sums[0].terms).toHaveLength(81);
  });

  test('numbers that JSON has not are texts', async () => {
    writeFileSync(at('none.npy'), formatNpy(tensor(Float32Array.of(NaN, -Infinity, -0), [1, 3])));
    const { stages } = await report(['explain', 'none.npy', '-k', '1', '--at', '0,0']);
    expect(stages[0].sums[0]).toMatchObject({ terms: [{ value: 'NaN', sum: 'NaN' }], result: 'NaN' });
    const { stages: last } = await report(['explain', 'none.npy', '-m', 'maxpool', '--window', '1', '--at', '0,2']);
    expect(last[0].sums[0]).toMatchObject({ bias: '-Infinity', result: '-0' });
  });
});

describe('the drawing', () => {
  test.each([
    [['-m', 'separable', '-k', 'gaussian:3'], 3 * 27 + 9],
    [['-m', 'standard', '-k', 'sobel-x'], 3 * 27],
    [['-m', 'spatial', '-k', '1 2 1; 2 4 2'], 3 * 2 * 9 + 3 * 6],
    [['-m', 'maxpool'], 3 * 4],
    [['-k', 'box:31'], 3 * 3 * 81],
    [['-m', 'transposed', '--at', '0,0'], 3 * 3 * 4],
  ])('%s has a cell for each number', async (args, cells) => {
    await succeed(['explain', photograph, ...args, '--svg', 'pixel.svg', '--force'], {});
    const svg = readFileSync(at('pixel.svg'), 'utf8');
    expect(svg.match(/class="cell/g)).toHaveLength(cells);
    expect(svg).not.toMatch(/NaN|undefined/);
    // The command line blocks all but pictures of samples, in its process.
    sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`);
  });
});

describe('explain refuses', () => {
  test.each<[string, string[], number, RegExp]>([
    ['a pixel outside', [photograph, '--at', '300,0'], 2, /at: expected y,x in the result, up to 299,450, got "300,0"/],
    ['one number', [photograph, '--at', '3'], 2, /at: expected y,x in the result/],
    [
      'a picture and a layer',
      [photograph, '--input', '9x9x3'],
      2,
      /explain: expected a picture, or a layer .*--input"/,
    ],
    ['a layer and a pixel', ['--kernel-size', '3', '--at', '1,1'], 2, /got "--at and --kernel-size"/],
    ['an unknown mode first', ['none.png', '-m', 'deepwise'], 2, /mode: expected one of/],
    ['what the mode has not', [photograph, '-m', 'maxpool', '-k', 'box:3'], 2, /no --kernel in mode maxpool/],
    ['no such picture', ['none.png'], 1, /picture: .*ENOENT/],
  ])('%s', (_, args, status, sentence) => fail(['explain', ...args], status, sentence, {}));
});
