// The batch as a script of sharp's own: node bench/batch-sharp.mjs FROM TO KERNEL.json. At most as many pictures at once as there
// are threads for them, which was the quickest of those tried.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

const [from, to, kernelFile] = process.argv.slice(2);
const kernel = JSON.parse(readFileSync(kernelFile, 'utf8'));
const names = readdirSync(from).values();

async function work() {
  for (const name of names) await sharp(join(from, name)).convolve(kernel).toFile(join(to, name));
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
