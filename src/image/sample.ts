// The built-in picture: small, the same on every host, with edges in every direction, flat and graded areas.
import { tensor } from '../core/tensor.js';
import type { Picture } from './picture.js';

const width = 96;
const height = 64;

/** A sky over a chequered ground, a sun and a hill: [1, 64, 96, 3]. */
export function samplePicture(): Picture {
  const data = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(colourAt(x, y), (y * width + x) * 3);
  }
  return { image: tensor(data, [1, height, width, 3]), maximum: 255, dtype: 'uint8' };
}

function colourAt(x: number, y: number): readonly [number, number, number] {
  const fromSun = (x - 70) * (x - 70) + (y - 16) * (y - 16);
  if (y < 46 && fromSun < 100) return [255, 214 - fromSun, 64];
  const ground = y >= 46;
  if (ground) return (((x >> 3) + (y >> 2)) & 1) === 0 ? [196, 168, 120] : [92, 70, 48];
  const onHill = y > 46 - (32 - Math.abs(x - 32));
  if (onHill) return x < 32 ? [48, 132 - x, 72] : [32, 92, 56];
  return [70 + 2 * y, 130 + 2 * y, 200 + y];
}
