// What the page computes: the same results as the command line's, every sum as the library adds it, code that runs.
import { describe, expect, test } from 'vitest';
import * as library from '../src/entries/node.js';
import { padImage } from '../src/image/index.js';
import { outputHash as hashOf } from '../src/image/output-hash.js';
import { samplePicture } from '../src/image/sample.js';
import { session } from '../src/playground/compute/session.js';
import { explainStack } from '../src/playground/compute/stack.js';
import { fusedSum, rules } from '../src/playground/compute/sums.js';
import { firstState, fromAddress, modeNames, type Settings, toAddress } from '../src/playground/settings.js';
import { report } from './support/command-line.js';

const { image } = samplePicture();
const [, height, width] = image.shape;
const rgba = new Uint8ClampedArray(height * width * 4).fill(255);
for (let i = 0; i < height * width; i++) for (let c = 0; c < 3; c++) rgba[i * 4 + c] = image.data[i * 3 + c];
session.setPicture(rgba, height, width);

const states: readonly Settings[] = [
  ...modeNames.map((mode) => ({ mode })),
  { mode: 'depthwise', kernel: 'gaussian:4:1.3', strides: '2,3', border: 'reflect' },
  { mode: 'depthwise', kernel: '1 2; 3 -4', dilations: '5', border: 'wrap', flip: true },
  { mode: 'depthwise', kernel: 'gaussian:9', border: 'zero', activation: 'tanh' },
  { mode: 'depthwise', kernel: 'sobel-y', activation: 'clamp:-20,.5' },
  { mode: 'separable', pointwise: 'sepia', activation: 'prelu:.5,-1,0' },
  { mode: 'pointwise', pointwise: 'luma', activation: 'leakyRelu:0.3' },
  { mode: 'depthwise', padding: 'valid', range: 'normalize' },
  { mode: 'pointwise', pointwise: 'sepia', strides: '3', kernel: 'sobel-y' },
  { mode: 'separable', kernel: 'gaussian:5', pointwise: 'saturate:1.7', activation: 'relu6', padding: 'same-lower' },
  { mode: 'spatial', kernel: 'gaussian:7', border: 'wrap' },
  { mode: 'spatial', kernel: 'laplacian' },
  { mode: 'spatial', kernel: 'gaussian:3', range: 'abs' },
  { mode: 'standard', kernel: '.1 -.2 .3', padding: '2', border: 'zero' },
  { mode: 'transposed', strides: '3', border: 'reflect' },
  { mode: 'transposed', kernel: 'identity', strides: '2' },
  { mode: 'maxpool', window: '3', strides: '1', padding: '1' },
  { mode: 'avgpool', window: '3,5', strides: '2', padding: 'same' },
];
const named = states.map((settings) => ({ name: toAddress({ ...firstState, settings }), settings }));

describe.each(named)('$name', ({ settings }) => {
  test('gives what the command line gives', async () => {
    const { code, sha256 } = await session.run(settings);
    expect(code.command).toMatch(/^sepconv --mode \w+ picture\.png .* -o result\.png$/);
    expect((await report(wordsOf(code.command))).sha256).toBe(sha256);
  });

  test('is the code that stands there', async () => {
    // Where samples are rounded, the code gives what they are rounded from.
    const range = settings.mode === 'spatial' ? 'abs' : settings.range;
    const { code, sha256 } = await session.run({ ...settings, range });
    const body = code.library.replaceAll(/^import (.*) from 'sepconv(\/image)?';$/gm, 'const $1 = library;');
    const run = new Function('library', 'image', `${body}\nreturn output;`);
    expect(hashOf(run({ ...library, padImage }, image).data)).toBe(sha256);
  });

  test('is the sum of the terms that are shown', async () => {
    const { differing, values } = await session.breakSums(settings, 'in order');
    expect(differing).toBe(0);
    expect(values).toBeGreaterThan(0);
  });

  test('is worked out at every corner', async () => {
    const { height: rows, width: columns, channels } = await session.run(settings);
    for (const [y, x] of [
      [0, 0],
      [0, columns - 1],
      [rows - 1, 0],
      [rows - 1, columns - 1],
      [rows >> 1, columns >> 1],
    ]) {
      const found = session.inspect({ y, x, channel: channels - 1 })!;
      expect(found).toMatchObject({ isEqual: true, place: { y, x, channel: channels - 1 } });
      expect(found.given.length).toBe(channels);
      for (const { floors } of found.scene.stacks) {
        for (const floor of floors) expect(floor.shades.length).toBe(floor.rows * floor.columns);
      }
    }
  });
});

test('a place beyond the result is moved inside', async () => {
  await session.run({ mode: 'maxpool', window: '8' });
  expect(session.inspect({ y: 999, x: 999, channel: 9 })!.place).toEqual({ y: 7, x: 11, channel: 2 });
});

test('other ways to add change a blurred picture, and none changes sums of whole numbers', async () => {
  for (const rule of rules.slice(1)) {
    expect((await session.breakSums({ mode: 'depthwise', kernel: 'gaussian:5' }, rule)).differing).toBeGreaterThan(0);
    expect((await session.breakSums({ mode: 'depthwise', kernel: 'sobel-x' }, rule)).differing).toBe(0);
  }
});

test('the reference agrees', async () => {
  const found = await session.compare({ mode: 'separable', kernel: 'gaussian:5', pointwise: 'sepia' });
  expect(found).toMatchObject({ differing: 0, values: height * width * 3 });
});

test('what a mode does not take is refused in words', async () => {
  const { refusals } = await session.run({ mode: 'pointwise' });
  expect(Object.keys(refusals)).toEqual(['dilations', 'padding', 'border']);
  for (const sentence of Object.values(refusals)) expect(sentence).toMatch(/: expected .*; /);
  await expect(session.run({ mode: 'depthwise', kernel: '1 2; x' })).rejects.toThrow(
    /kernel: expected numbers, got "x"/,
  );
});

test('a sum is rounded once', () => {
  expect(fusedSum(1, 2 ** -24)).toBe(1);
  expect(fusedSum(1, 2 ** -24 + 2 ** -60)).toBe(1 + 2 ** -23);
  expect(fusedSum(-1, -(2 ** -24) - 2 ** -60)).toBe(-1 - 2 ** -23);
  expect(fusedSum(1 + 2 ** -23, 2 ** -24 - 2 ** -60)).toBe(1 + 2 ** -23);
  expect(fusedSum(Number.POSITIVE_INFINITY, 1)).toBe(Number.POSITIVE_INFINITY);
});

test('a stack says what its pixels see, and what does not fit', () => {
  const rows = explainStack('3 3s2 p2 3d40 x', [1, 64, 96, 3]);
  expect(rows.map(({ field }) => field?.size[0])).toEqual([3, 5, 7, 327, undefined]);
  expect(rows.map(({ outputShape: shape }) => shape?.slice(1, 3))).toEqual([
    [64, 96],
    [32, 48],
    [16, 24],
    [16, 24],
    undefined,
  ]);
  expect(rows[4].error).toMatch(/^x is no layer/);
  expect(explainStack('p9 p9', [1, 64, 96, 3])[1].error).toMatch(/expected/);
});

describe('the address', () => {
  test.each(named)('$name', ({ settings }) => {
    const state = { settings, place: { y: 3, x: 5, channel: 1 }, picture: 'card', stack: 'p2' };
    expect(fromAddress(`#${toAddress(state)}`)).toEqual(state);
  });

  test('that is no state gives the first', () => {
    expect(fromAddress('#mode=nothing&at=1,x,2')).toEqual(firstState);
    expect(fromAddress('')).toEqual(firstState);
  });
});

/** The words that a shell would make of a command line, without the picture and the output. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:[^\s']|'[^']*')+/g)!.map((word) => word.replaceAll("'", ''));
  return words.slice(1).filter((word) => word !== 'picture.png' && word !== '-o' && word !== 'result.png');
}
