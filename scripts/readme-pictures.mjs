// Draws docs/before-and-after.jpg, a photograph and what three modes make of it, and docs/one-pixel.svg, a pixel explained.
// `npm run build && node scripts/readme-pictures.mjs`
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const photograph = join(root, 'test/images/chelsea.png');
const [width, height, gap] = [300, 200, 6];
const folder = mkdtempSync(join(tmpdir(), 'readme-pictures-'));
const sepconv = (...args) => execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args]);

function made(name, ...args) {
  const path = join(folder, name);
  sepconv(photograph, ...args, '-o', path);
  return path;
}

const paths = [
  photograph,
  made('edges.png', '--mode', 'depthwise', '--kernel', 'sobel-x', '--range', 'abs'),
  made('sepia.png', '--mode', 'pointwise', '--kernel', 'sepia'),
  made('soft.png', '--mode', 'separable', '--kernel', 'gaussian:9', '--pointwise', 'luma'),
];
const panels = paths.map(async (path, i) => {
  const input = await sharp(path).resize(width, height).toColourspace('srgb').png().toBuffer();
  return { input, left: i * (width + gap), top: 0 };
});
const create = { width: paths.length * (width + gap) - gap, height, channels: 3, background: '#808080' };
const page = sharp({ create }).composite(await Promise.all(panels));
await page.jpeg({ quality: 82 }).toFile(join(root, 'docs/before-and-after.jpg'));
rmSync(folder, { recursive: true });

const pixel = ['--mode', 'separable', '--kernel', 'gaussian:3', '--pointwise', 'luma', '--at', '120,200'];
sepconv('explain', photograph, ...pixel, '--svg', join(root, 'docs/one-pixel.svg'), '--force');
