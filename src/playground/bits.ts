// A float32 as its 32 bits.

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

export interface Bits {
  readonly sign: string;
  readonly exponent: string;
  readonly fraction: string;
  readonly hex: string;
}

export function bitsOf(value: number): Bits {
  floats[0] = value;
  const text = words[0].toString(2).padStart(32, '0');
  return {
    sign: text.slice(0, 1),
    exponent: text.slice(1, 9),
    fraction: text.slice(9),
    hex: `0x${words[0].toString(16).padStart(8, '0')}`,
  };
}
