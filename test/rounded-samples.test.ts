// Results on their way to samples and to their hash: by kernels and by views, as the plain ways have it.
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { outputBytes } from '../src/image/output-bytes.js';
import { toPixels } from '../src/image/pixels.js';
import { Reserve } from '../src/image/reserve.js';
import { roundedSamples } from '../src/image/samples.js';
import { operationsOn } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';

const edges = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  0.5,
  1.5,
  2.5,
  254.5,
  255.5,
  -0.5,
  -0.51,
  0.49999997,
  254.49998,
  1e30,
  -1e30,
];
const values = Float32Array.from({ length: 2 * 5 * 7 * 3 }, (_, i) => edges[i] ?? ((i * 7919) % 6151) / 8 - 200);
const image = { data: values, shape: [2, 5, 7, 3] };

describe.each(everyBackend)('$name', ({ kernels }) => {
  test('rounds results as toPixels does, into an array of the reserve', () => {
    const on = operationsOn(() => kernels);
    const reserve = new Reserve();
    const taken = reserve.take('uint8', image.shape);
    taken.data.fill(9);
    reserve.give(taken);
    const rounded = roundedSamples(on, image, reserve);
    expect(rounded.data).toBe(taken.data);
    expect([...rounded.data]).toEqual([...toPixels(values)]);
  });
});

test('the bytes of an output are little-endian words, a NaN of any bits one of them', () => {
  const words = Uint32Array.of(0x3f800000, 0x80000000, 0x7f800000, 0xffc12345, 0x7f800001);
  const bytesOf = (data: Float32Array) => {
    const bytes = outputBytes(data);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from(data, (_, i) => view.getUint32(4 * i, true));
  };
  expect(bytesOf(new Float32Array(words.buffer, 4, 2))).toEqual([0x80000000, 0x7f800000]);
  expect(bytesOf(new Float32Array(words.buffer))).toEqual([0x3f800000, 0x80000000, 0x7f800000, 0x7fc00000, 0x7fc00000]);
});

test('bytes do not become floats: what is asked for so is refused', () => {
  const tap = Float32Array.of(1);
  const types = { dtype: 'uint8', outputDtype: 'float32' } as const;
  expect(() => operationsOn(() => reference).prepareSepFilter2d(tap, tap, types as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION' }),
  );
});
