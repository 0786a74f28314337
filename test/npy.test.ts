import { describe, expect, test } from 'vitest';
import { tensor } from '../src/core/tensor.js';
import { formatNpy, parseNpy } from '../src/image/npy.js';
import { expectError } from './support/errors.js';

describe('.npy', () => {
  /** A file as NumPy writes it. */
  const npy = (descr: string, order: string, shape: string, data: Uint8Array, version = 1) => {
    const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
    const size = version === 1 ? [dictionary.length, 0] : [dictionary.length, 0, 0, 0];
    return Buffer.concat([
      Buffer.from([0x93]),
      Buffer.from('NUMPY'),
      Buffer.from([version, 0, ...size]),
      Buffer.from(dictionary),
      data,
    ]);
  };
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const values = (descr: string, data: Uint8Array) => [
    ...parseNpy(npy(descr, 'False', '2,', data), 'a.npy').tensor.data,
  ];

  test('round trip', () => {
    const array = tensor(Float32Array.of(1.5, -0, Number.NaN, Infinity, 1e-45, 7), [1, 2, 3, 1]);
    const file = formatNpy(array);
    expect(file.length % 64).toBe(24);
    expect(parseNpy(file, 'a.npy')).toEqual({ tensor: array, dtype: 'f4' });
    expect(parseNpy(formatNpy(tensor(Float32Array.of(4, 5), [2])), 'a.npy').tensor.shape).toEqual([2]);
  });

  test('uint8 tensors stay so', () => {
    const file = formatNpy(tensor(Uint8Array.of(1, 2, 255), [3, 1]));
    expect(file.length).toBe(128 + 3);
    expect(parseNpy(file, 'a.npy')).toEqual({
      tensor: { data: Float32Array.of(1, 2, 255), shape: [3, 1] },
      dtype: 'u1',
    });
  });

  test('every element type of numbers', () => {
    expect(values('|b1', Uint8Array.of(0, 1))).toEqual([0, 1]);
    expect(values('|u1', Uint8Array.of(3, 255))).toEqual([3, 255]);
    expect(values('|i1', Uint8Array.of(3, 255))).toEqual([3, -1]);
    expect(values('<u2', bytes(Uint16Array.of(1, 65535)))).toEqual([1, 65535]);
    expect(values('<i2', bytes(Int16Array.of(1, -2)))).toEqual([1, -2]);
    expect(values('<u4', bytes(Uint32Array.of(1, 2 ** 31)))).toEqual([1, 2 ** 31]);
    expect(values('<i4', bytes(Int32Array.of(1, -2)))).toEqual([1, -2]);
    expect(values('<u8', bytes(BigUint64Array.of(1n, 2n ** 63n)))).toEqual([1, 2 ** 63]);
    expect(values('<i8', bytes(BigInt64Array.of(1n, -5n)))).toEqual([1, -5]);
    expect(values('<f8', bytes(Float64Array.of(0.1, -2)))).toEqual([Math.fround(0.1), -2]);
    expect(values('>f4', Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0))).toEqual([1, -2]);
  });

  test('half precision, with its subnormals and infinities', () => {
    expect(values('<f2', bytes(Uint16Array.of(0x3c00, 0xc000)))).toEqual([1, -2]);
    expect(values('<f2', bytes(Uint16Array.of(0x0001, 0x7bff)))).toEqual([2 ** -24, 65504]);
    expect(values('<f2', bytes(Uint16Array.of(0xfc00, 0x7e00)))).toEqual([-Infinity, Number.NaN]);
  });

  test('Fortran order and version 2', () => {
    const file = npy('|u1', 'True', '2, 3', Uint8Array.of(1, 4, 2, 5, 3, 6), 2);
    expect(parseNpy(file, 'a.npy').tensor).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
  });

  test('double quotes, and the long integers of Python 2', () => {
    const asWritten = (header: string) =>
      Buffer.concat([
        Buffer.from([0x93]),
        Buffer.from(`NUMPY\x01\x00${String.fromCharCode(header.length)}\0${header}`, 'latin1'),
        Uint8Array.of(7, 8),
      ]);
    for (const header of [
      '{"descr": "|u1", "fortran_order": False, "shape": (2, 1)}\n',
      "{'shape': (2L, 1L), 'fortran_order': False, 'descr': '|u1'}\n",
      "{u'descr': u'|u1', u'fortran_order': False, u'shape': (2L, 1), }\n",
    ]) {
      expect(parseNpy(asWritten(header), 'a.npy').tensor).toEqual({ data: Float32Array.of(7, 8), shape: [2, 1] });
    }
    const broken = asWritten("{'descr': '|u1', 'fortran_order': False, 'shape': (2L3,)}\n");
    expectError(() => parseNpy(broken, 'a.npy'), 'ERR_SHAPE', 'a.npy');
  });

  test('what is broken is refused', () => {
    const whole = npy('<f4', 'False', '2,', bytes(Float32Array.of(1, 2)));
    for (let length = 0; length < whole.length; length++) {
      expectError(() => parseNpy(whole.subarray(0, length), 'a.npy'), 'ERR_CODEC', 'a.npy');
    }
    expectError(() => parseNpy(npy('<c8', 'False', '1,', new Uint8Array(8)), 'a.npy'), 'ERR_CODEC', 'a.npy');
    expectError(() => parseNpy(npy('|O', 'False', '1,', new Uint8Array(8)), 'a.npy'), 'ERR_CODEC', 'a.npy');
    expectError(() => parseNpy(npy('|u1', 'False', '99999, 99999', new Uint8Array(8)), 'a.npy'), 'ERR_SHAPE', 'a.npy');
  });
});
