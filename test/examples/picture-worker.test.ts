import { decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { createRuntime, tensor } from '../../src/entries/node.js';
import worker from './picture-worker.js';

const [width, height, channels] = [7, 5, 3];
const samples = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37) % 256);
const png = encode({ width, height, channels, data: samples });
const post = (body: Uint8Array) =>
  worker.fetch(new Request('https://example.test/', { method: 'POST', body: body as BodyInit }));

describe('a Worker that softens pictures', () => {
  test('gives the bits of the definition', async () => {
    const response = await post(png);
    expect(response.headers.get('content-type')).toBe('image/png');
    const taps = Float32Array.of(1, 4, 6, 4, 1).map((tap) => tap / 16);
    const reference = await createRuntime({ backend: 'reference' });
    const expected = reference.sepFilter2d(tensor(samples, [1, height, width, channels]), taps, taps);
    const { data } = decode(new Uint8Array(await response.arrayBuffer()));
    expect([...data]).toEqual([...expected.data]);
  });
  test.each([
    [405, () => worker.fetch(new Request('https://example.test/'))],
    [400, () => post(samples)],
    [413, () => post(new Uint8Array(2 ** 23))],
    [415, () => post(encode({ width: 1, height: 1, channels: 1, depth: 16, data: Uint16Array.of(9) }))],
  ])('refuses with status %i', async (status, answer) => {
    expect((await answer()).status).toBe(status);
  });
});
