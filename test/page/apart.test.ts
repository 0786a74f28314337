// On its own: no network after it has loaded, none needed to open it again, and files that are no pictures.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { photograph } from '../support/command-line.js';
import { browserForTests, drop, hashOn } from './browser.js';

const browser = browserForTests();

test('nothing is asked of the network once the page is there', async () => {
  const page = await browser.open('mode=depthwise');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForLoadState('networkidle');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  for (const name of ['Pointwise', 'Separable', 'Max pool', 'Transposed', 'Spatial']) {
    await page.getByLabel(name, { exact: true }).check({ force: true });
    await page.locator(`.modes input:checked`).waitFor();
  }
  await page.getByRole('button', { name: 'Test card' }).click();
  await page.getByText('256 wide, 256 high →').waitFor();
  // A second worker is the same file again.
  await page.getByRole('button', { name: 'Compare with the reference' }).click();
  await page.getByText(/values differ/).waitFor();
  expect(asked.filter((url) => !url.startsWith(browser.address) && !url.startsWith('blob:'))).toEqual([]);
});

test('a strict policy comes with every file', async () => {
  const page = await browser.open();
  const response = await page.request.get(browser.address);
  const policy = response.headers()['content-security-policy'];
  expect(policy).toContain("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
  expect(await page.evaluate(() => document.querySelectorAll('script:not([src]), [style*="url"]').length)).toBe(0);
});

test('what is no picture is told in a sentence, and the page goes on', async () => {
  const page = await browser.open('picture=card');
  const before = await hashOn(page);
  await drop(page, Buffer.from('no picture'), 'notes.txt', 'text/plain');
  await page.getByText('notes.txt is no picture. The page keeps the one before.').waitFor();
  const cut = (await sharp(photograph).png().toBuffer()).subarray(0, 60);
  await drop(page, cut, 'cut.png');
  await page.getByText(/^cut\.png could not be decoded/).waitFor();
  expect(await hashOn(page)).toBe(before);
  await drop(page, await sharp(photograph).toBuffer(), 'chelsea.png');
  await page.getByText('451 wide, 300 high →').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test("after a picture of the visitor's, the built-in ones come back", async () => {
  const page = await browser.open('picture=card');
  const card = page.getByRole('button', { name: 'Test card' });
  const before = await hashOn(page);
  await drop(page, await sharp(photograph).toBuffer(), 'chelsea.png');
  await page.getByText('451 wide, 300 high →').waitFor();
  expect(await card.getAttribute('aria-pressed')).toBe('false');
  await card.click();
  await page.getByText('256 wide, 256 high →').waitFor();
  expect(await card.getAttribute('aria-pressed')).toBe('true');
  expect(await hashOn(page)).toBe(before);
});

test('a large picture is made smaller, and that is said', async () => {
  const page = await browser.open('picture=card');
  const large = sharp({ create: { width: 6000, height: 4000, channels: 3, background: '#369' } });
  await drop(page, await large.png().toBuffer(), 'large.png');
  await page.getByText(/made smaller, from 6000 × 4000 to 1254 × 836/).waitFor();
});

test('what can not be is said by the library, and the result before stays', async () => {
  const page = await browser.open('mode=depthwise&picture=card&padding=valid&kernel=box:31&dilations=16');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toMatch(/expected/);
});

test('numbers that are none leave the filter as it was', async () => {
  const page = await browser.open('mode=depthwise&picture=card&kernel=sharpen');
  const before = await hashOn(page);
  const cell = page.getByLabel('row 1, column 1', { exact: true });
  await cell.fill('1e');
  expect(await cell.getAttribute('aria-invalid')).toBe('true');
  expect(await cell.getAttribute('title')).toBe('1e is no number; 0 still holds');
  expect(await hashOn(page)).toBe(before);
  await cell.blur();
  expect(await cell.inputValue()).toBe('0');
});

test('it opens again without its server', async () => {
  const page = await browser.open('mode=separable&picture=card');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const before = await hashOn(page);
  await browser.stopServer();
  await page.reload();
  await page.locator('.under').waitFor();
  expect(await hashOn(page)).toBe(before);
  await page.getByRole('button', { name: 'Cat' }).click();
  await page.getByText('451 wide, 300 high →').waitFor();
});
