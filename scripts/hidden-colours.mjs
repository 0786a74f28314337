// Draws docs/hidden-colours.png: a disc on hidden blue as it is stored, blurred without regard to alpha, and as sepconv
// blurs it. `npm run build && node scripts/hidden-colours.mjs`
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const size = 160;
const gap = 12;
const pixels = Array.from({ length: size * size }, (_, i) => [i % size, Math.floor(i / size)]);
const isInside = ([x, y]) => (x - 79.5) ** 2 + (y - 79.5) ** 2 < 60 ** 2;
const stripe = ([x, y]) => ((x + y) % 32 < 16 ? [255, 190, 70] : [250, 120, 40]);
const chequer = ([x, y]) => (((x >> 3) + (y >> 3)) % 2 === 0 ? [255, 255, 255] : [222, 222, 222]);
const stored = pixels.map((at) => (isInside(at) ? stripe(at) : [30, 60, 220]));

const folder = mkdtempSync(join(tmpdir(), 'hidden-colours-'));
const raw = (channels, width = size) => ({ raw: { width, height: size, channels } });

/** The colours of a picture, with or without its alpha, after the blur of the command line. */
async function blurred(isCut) {
  const [input, output] = ['in.png', 'out.png'].map((name) => join(folder, name));
  const samples = pixels.flatMap((at, i) => (isCut ? [...stored[i], isInside(at) ? 255 : 0] : stored[i]));
  await sharp(Uint8Array.from(samples), raw(isCut ? 4 : 3))
    .png()
    .toFile(input);
  const command = [join(root, 'dist/cli/main.js'), input, '--mode', 'spatial', '--kernel', 'gaussian:31', '-o', output];
  execFileSync(process.execPath, [...command, '--force']);
  const { data, info } = await sharp(output).raw().toBuffer({ resolveWithObject: true });
  return pixels.map((_, i) => [...data.subarray(info.channels * i, info.channels * i + 3)]);
}

const cut = (colours) => colours.map((colour, i) => (isInside(pixels[i]) ? colour : chequer(pixels[i])));
const panels = [stored, cut(await blurred(false)), cut(await blurred(true))];
rmSync(folder, { recursive: true });
const width = panels.length * (size + gap) - gap;
const drawn = new Uint8Array(width * size * 3).fill(255);
for (const [panel, colours] of panels.entries()) {
  for (const [i, [x, y]] of pixels.entries()) drawn.set(colours[i], (y * width + panel * (size + gap) + x) * 3);
}
await sharp(drawn, raw(3, width)).png().toFile(join(root, 'docs/hidden-colours.png'));
