// A browser without WASM SIMD: the reference serves the page, and a sentence says so.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { photograph, report } from '../support/command-line.js';
import { browserForTests, drop, hashOn, slow } from './browser.js';

const browser = browserForTests(['--js-flags=--no-enable-ssse3']);

test('the page works, with the same bits, and says why it is slower', async () => {
  const page = await browser.open('mode=separable&kernel=gaussian:3');
  await page.getByText('no WASM SIMD').first().waitFor();
  await drop(page, readFileSync(photograph), 'photograph.png');
  const { sha256 } = await report([photograph, '--mode', 'separable', '--kernel', 'gaussian:3']);
  await expect.poll(() => hashOn(page), slow).toBe(sha256);
  await page.getByRole('button', { name: 'Verify every operation' }).click();
  await page.getByText(/^(\d+) of \1 known answers$/).waitFor();
  expect(await page.locator('[aria-label="Known answers"] th[scope=col]').allTextContents()).not.toContain(
    'WebAssembly here',
  );
});
