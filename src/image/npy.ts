// NumPy's .npy format, versions 1 to 3. Own code: the packages for it read without checking length, byte order or
// alignment, only read, or bring a fetch polyfill.

import type { TensorData } from '../core/arrays.js';
import { invalid, type SepconvError } from '../core/errors.js';
import { permute } from '../core/layout.js';
import { readShape, sizeOf } from '../core/shape.js';
import { type Tensor, tensor } from '../core/tensor.js';

type Read = (view: DataView, offset: number, littleEndian: boolean) => number;

const elements: Record<string, { readonly bytes: number; readonly read: Read }> = {
  b1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  i8: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u8: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  f2: { bytes: 2, read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

const magic = '\x93NUMPY';
const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const fromLatin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export interface NpyArray {
  readonly tensor: Tensor;
  /** NumPy's name of the element type in the file, without its byte order: `'u1'`, `'f4'` … */
  readonly dtype: string;
}

export function isNpy(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, 6)) === magic;
}

/**
 * Reads an array of numbers, in either byte order and either axis order; each becomes the nearest float32. The header may
 * be any that NumPy reads: in single or double quotes, with the long integers of Python 2.
 *
 * @param name the file's name, for errors; default `'npy'`
 * @throws SepconvError `ERR_CODEC` where it is not a complete .npy file of numbers, `ERR_SHAPE`
 */
export function parseNpy(bytes: Uint8Array, name = 'npy'): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { start, header } = readHeader(bytes, view, name);
  const [, order, dtype] = /["']descr["']\s*:\s*u?["']([<>|=])(\w+)["']/.exec(header) ?? [];
  const [, fortran] = /["']fortran_order["']\s*:\s*(True|False)/.exec(header) ?? [];
  const [, sizes] = /["']shape["']\s*:\s*\(([\d\sL,]*)\)/.exec(header) ?? [];
  const element = elements[dtype];
  if (element === undefined || fortran === undefined || sizes === undefined) {
    throw broken(name, 'an array of numbers', header.trim(), 'save it with numpy.save, as float32 for instance');
  }
  const shape = readShape(
    name,
    sizes
      .split(',')
      .filter((size) => size.trim() !== '')
      .map((size) => Number(size.trim().replace(/(?<=\d)L$/, ''))),
  );
  const length = sizeOf(shape);
  if (bytes.length - start !== length * element.bytes) {
    throw broken(name, `${length * element.bytes} bytes of data`, `${bytes.length - start}`, 'write the file again');
  }
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = element.read(view, start + i * element.bytes, order !== '>');
  const rank = shape.length;
  const inOrder =
    fortran === 'True' && rank > 1
      ? permute(
          data,
          shape.toReversed(),
          shape.map((_, axis) => rank - 1 - axis),
        )
      : data;
  return { tensor: tensor(inOrder, shape), dtype };
}

/** Writes a tensor as .npy, version 1.0, little-endian, in its own type. */
export function formatNpy({ data, shape }: Tensor<TensorData>): Uint8Array {
  const isBytes = data instanceof Uint8Array;
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${isBytes ? '|u1' : '<f4'}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const start = 10 + header.length;
  const bytes = new Uint8Array(start + data.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set(fromLatin1(`${magic}\x01\x00`));
  view.setUint16(8, header.length, true);
  bytes.set(fromLatin1(header), 10);
  if (isBytes) bytes.set(data, start);
  else for (let i = 0; i < data.length; i++) view.setFloat32(start + i * 4, data[i], true);
  return bytes;
}

function readHeader(bytes: Uint8Array, view: DataView, name: string): { start: number; header: string } {
  const version = bytes[6];
  const begin = version === 1 ? 10 : 12;
  if (!isNpy(bytes) || bytes.length < begin || version < 1 || version > 3) {
    throw broken(name, 'a .npy file of version 1, 2 or 3', `${bytes.length} bytes of something else`, 'check the file');
  }
  const start = begin + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw broken(name, `a header of ${start} bytes`, `${bytes.length}`, 'write the file again');
  return { start, header: latin1(bytes.subarray(begin, start)) };
}

/** A half's exponent and fraction stand 13 bits higher in a float32, whose exponent counts from 112 less. */
function halfToNumber(half: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint32(0, (half & 0x7fff) << 13);
  const finite = (half & 0x7c00) !== 0x7c00;
  const magnitude = finite ? word.getFloat32(0) * 2 ** 112 : (half & 0x3ff) === 0 ? Infinity : NaN;
  return half & 0x8000 ? -magnitude : magnitude;
}

function broken(name: string, expected: string, received: string, fix: string): SepconvError {
  return invalid('ERR_CODEC', name, expected, received, fix);
}
