// For everyone: light and dark, large and small, by keyboard, read aloud.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserForTests, slow } from './browser.js';

const browser = browserForTests();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const results = await page.evaluate(() =>
    (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run(),
  );
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

const sizes = {
  wide: { width: 1440, height: 900 },
  'at 200 %': { width: 720, height: 450 },
  narrow: { width: 320, height: 640 },
};
const states = [
  'mode=separable&kernel=gaussian:9&pointwise=sepia',
  'mode=pointwise',
  'mode=maxpool',
  'mode=spatial&kernel=laplacian',
];

test.each(Object.keys(sizes) as (keyof typeof sizes)[])('axe finds nothing, %s', async (name) => {
  for (const state of name === 'wide' ? states : states.slice(0, 2)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.open(state, sizes[name]);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.getByText('Every step as a table').click();
      expect(await violations(page), `${state}, ${colorScheme}`).toEqual([]);
      await page.close();
    }
  }
});

test('axe finds nothing in what the buttons bring', async () => {
  const page = await browser.open('mode=depthwise&kernel=gaussian:3&picture=card', sizes.wide);
  await page.getByRole('button', { name: 'Verify every operation' }).click();
  await page.getByText(/known answers$/).waitFor();
  await page.getByRole('button', { name: 'Break it' }).click();
  await page.getByText('in our order').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page), colorScheme).toEqual([]);
  }
});

test.each(['narrow', 'at 200 %', 'wide'] as const)('nothing is wider than the page, %s', async (name) => {
  for (const state of states) {
    const page = await browser.open(state, sizes[name]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, state).toBeLessThanOrEqual(0);
    await page.close();
  }
});

test('by keyboard alone: a mode, a filter, the cursor, the divider, a comparison', async () => {
  const page = await browser.open('picture=card');
  const focus = async (name: string | RegExp) => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate(() => {
        const active = document.activeElement;
        return active?.getAttribute('aria-label') ?? active?.closest('label')?.textContent ?? active?.textContent ?? '';
      });
      if (typeof name === 'string' ? label === name : name.test(label)) return;
    }
    throw new Error(`the keyboard does not reach ${name}`);
  };
  await focus('Depthwise');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.locator('.sentence', { hasText: 'then the channels of each pixel are mixed' }).waitFor();
  await focus(/^Pixel cursor/);
  for (const key of ['ArrowRight', 'ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key);
  await page.locator('.values legend', { hasText: 'row 118, column 144' }).waitFor();
  const value = await page.locator('.values b').textContent();
  const spoken = () => page.locator('main + [role=status]').textContent();
  await expect.poll(spoken, slow).toBe(`row 118, column 144: grey ${value}`);
  await focus(/^Divider/);
  await page.keyboard.press('End');
  expect(await page.getByRole('slider', { name: /^Divider/ }).getAttribute('aria-valuenow')).toBe('100');
  await focus('laplacian');
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).hash, slow).toContain('kernel=laplacian');
  await focus('Compare with the reference');
  await page.keyboard.press('Enter');
  await page.getByText('0 of 65,536 values differ').waitFor();
});

test('the pointer shows the pixel under it, and a tap does', async () => {
  const page = await browser.open('mode=pointwise&picture=card');
  const box = (await page.locator('.viewer').boundingBox())!;
  const over = { x: box.x + box.width * 0.75, y: box.y + box.height * 0.25 };
  await page.mouse.move(over.x, over.y);
  await page.locator('.values legend', { hasText: 'row 64, column 192' }).waitFor();
  await expect.poll(() => new URL(page.url()).hash, slow).toContain('at=64%2C192%2C0');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await page.mouse.up();
  expect(await page.getByRole('slider', { name: /^Divider/ }).getAttribute('aria-valuenow')).toBe('25');
});
