// Every mode on a dropped picture: the hash on the page is that of the command line.
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { modeNames } from '../../src/playground/settings.js';
import { at, encoded, report } from '../support/command-line.js';
import { browserForTests, drop, hashOn, slow } from './browser.js';

const browser = browserForTests();

/** Opaque, and unlike in every direction. */
const samples = Uint8Array.from({ length: 37 * 29 * 3 }, (_, i) => (i * 7919) % 251);

async function picture(): Promise<Buffer> {
  const bytes = await encoded(samples, 37, 3, 'srgb').png().toBuffer();
  writeFileSync(at('dropped.png'), bytes);
  return bytes;
}

const states: readonly Record<string, string>[] = [
  ...modeNames.map((mode) => ({ mode })),
  { mode: 'depthwise', dilations: '4', kernel: 'gaussian:5', border: 'reflect' },
  { mode: 'separable', kernel: '1 2 1; 2 4 2', pointwise: 'sepia', activation: 'relu6', strides: '2' },
  { mode: 'spatial', kernel: 'gaussian:7:2' },
];

test.each(states)('%o', async (state) => {
  const page = await browser.open(new URLSearchParams(state).toString());
  await drop(page, await picture(), 'dropped.png');
  const options = Object.entries(state).map(([name, value]) => `--${name}=${value}`);
  const { sha256 } = await report([at('dropped.png'), ...options]);
  await expect.poll(() => hashOn(page), slow).toBe(sha256);
});

test('the code to copy is what the page shows', async () => {
  const page = await browser.open('mode=separable&kernel=gaussian:3&pointwise=sepia&border=wrap');
  await drop(page, await picture(), 'dropped.png');
  await page.getByText('37 wide, 29 high →').waitFor();
  const command = await page.locator('[data-code="command line"]').textContent();
  expect(command).toBe(
    'sepconv --mode separable picture.png --kernel gaussian:3 --pointwise sepia --strides 1 --dilations 1 --padding same --border wrap --range clamp -o result.png',
  );
});

test('the kernels are WebAssembly, and the reference and the recorded hashes agree with them', async () => {
  const page = await browser.open('mode=separable&kernel=gaussian:5');
  await page.getByRole('button', { name: 'Compare with the reference' }).click();
  await page.getByText('0 of 135,300 values differ').waitFor();
  expect(await page.locator('.found').textContent()).toContain('between wasm/simd128 (');
  await page.getByRole('button', { name: 'Break it' }).click();
  await page.getByText('in our order').waitFor();
  await expect.poll(() => page.locator('.broken tr td:nth-of-type(2)').allTextContents(), slow).not.toContain('…');
  const [own, ...others] = await page.locator('.broken tr td:nth-of-type(2)').allTextContents();
  expect(own).toBe('0 values change');
  for (const other of others) expect(other).toMatch(/^[1-9][\d,]* values change$/);
  await page.getByRole('button', { name: 'Verify every operation' }).click();
  await page.getByText(/^(\d+) of \1 known answers$/).waitFor();
});

test('a numbers grid, presets and sliders change the filter', async () => {
  const page = await browser.open('mode=depthwise&kernel=identity');
  await drop(page, await picture(), 'dropped.png');
  await page.getByRole('button', { name: 'laplacian' }).click();
  await page.getByLabel('row 2, column 2', { exact: true }).fill('-3.5');
  const { sha256 } = await report([at('dropped.png'), '--kernel', '0 1 0; 1 -3.5 1; 0 1 0']);
  await expect.poll(() => hashOn(page), slow).toBe(sha256);
  expect(new URL(page.url()).hash).toContain('kernel=0+1+0%3B+1+-3.5+1%3B+0+1+0');
  await page.goBack();
  await expect.poll(() => hashOn(page), slow).toBe((await report([at('dropped.png'), '--kernel', 'laplacian'])).sha256);
  await page.reload();
  await page.locator('.under').waitFor();
  expect(await page.getByRole('button', { name: 'laplacian' }).getAttribute('aria-pressed')).toBe('true');
});
