// The comparison itself: that it sees one wrong bit, one value too many written, and one read from outside.
import { describe, expect, test } from 'vitest';
import { type Operands, reference } from '../src/backends/reference/index.js';
import type { TensorData } from '../src/core/arrays.js';
import type { Kernels } from '../src/core/kernels.js';
import { bitsOf, expectSameBits } from './support/bits.js';
import { callOf, outputOf } from './support/cases.js';

const call = callOf('depthwiseConv2d', { image: [2, 3, 4, 5], options: { padding: 'same' } });
const expected = outputOf(reference, call);

/** The reference, and then some. */
function withFault(fault: (operands: Operands) => void): Kernels {
  return {
    ...reference,
    run(steps) {
      reference.run(steps);
      for (const { input, output } of steps) {
        fault({ input: input.memory as TensorData, output: output.memory as TensorData });
      }
    },
  };
}

const pictures = callOf('sepFilter2d', { image: [2, 3, 4, 5], dtype: 'uint8', values: 'quarters' });

/** Elements around an array, in the buffer it is a view of. */
const around = ({ buffer, byteOffset }: Operands['output'], index: number) =>
  new Float32Array(buffer, byteOffset + 4 * index, 1);

describe('the harness finds', () => {
  test('one wrong bit, by place', () => {
    const wrong = withFault(({ output }) => {
      bitsOf(output as Float32Array)[60 + 2 * 5 + 4] ^= 1;
    });
    const compare = () => expectSameBits('wrong', outputOf(wrong, call), expected, 'NHWC', call.about);
    expect(compare).toThrow('[1,0,2,4]');
    expect(compare).toThrow(/expected -?[\d.e-]+ 0x[\da-f]{8}/);
    expect(compare).toThrow('"image":[2,3,4,5]');
  });
  test('the place in NCHW', () => {
    const data = new Float32Array(24);
    const shape = [1, 2, 3, 4];
    const other = { data: data.with(1 * 12 + 2 * 4 + 3, 1), shape };
    expect(() => expectSameBits('NCHW', other, { data, shape }, 'NCHW')).toThrow('[0,2,3,1]');
  });
  test('−0 for 0, but no difference between NaNs', () => {
    const tensorOf = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length] });
    expect(() => expectSameBits('zero', tensorOf(-0), tensorOf(0))).toThrow('0x80000000');
    const negative = tensorOf(NaN);
    bitsOf(negative.data)[0] ^= 2 ** 31;
    expectSameBits('NaN', negative, tensorOf(NaN));
  });
  test('a shape that differs', () => {
    const turned = { ...expected, shape: expected.shape.toReversed() };
    expect(() => expectSameBits('turned', turned, expected)).toThrow('shape [5,4,3,2]');
  });
  test.each([-1, 120])('a write at element %i of 120', (index) => {
    const wrong = withFault(({ output }) => around(output, index).fill(0));
    expect(() => outputOf(wrong, call)).toThrow(`wrote at element ${index} of an array of 120`);
  });
  test.each([-1, 120])('a write at byte %i of 120', (index) => {
    const wrong = withFault(({ output: { buffer, byteOffset } }) =>
      new Uint8Array(buffer, byteOffset + index, 1).fill(1),
    );
    expect(() => outputOf(wrong, pictures)).toThrow(`wrote at element ${index} of an array of 120`);
  });
  test('one wrong byte, or another type', () => {
    const answer = outputOf(reference, pictures);
    const wrong = { ...answer, data: Uint8Array.from(answer.data).fill(answer.data[60] ^ 1, 60, 61) };
    expect(() => expectSameBits('wrong', wrong, answer)).toThrow('[1,0,0,0] (element 60)');
    const floats = { ...answer, data: Float32Array.from(answer.data) };
    expect(() => expectSameBits('floats', floats, answer)).toThrow('another type');
  });
  test.each([-1, 120])('a read at element %i of 120', (index) => {
    const wrong = withFault(({ input, output }) => {
      output[0] += around(input, index)[0];
    });
    expect(() => expectSameBits('wrong', outputOf(wrong, call), expected)).toThrow('received NaN');
  });
  test('an output that is not written', () => {
    const idle: Kernels = { ...reference, run: () => {} };
    expect(() => expectSameBits('idle', outputOf(idle, call), expected)).toThrow('0xdeadbeef');
  });
});
