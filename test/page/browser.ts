// The built page, served by the built command line, in a browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { program } from '../support/command-line.js';

/** Debian's browser, which asks nothing of the network. */
export const launch = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export interface Served {
  readonly address: string;
  stop(): Promise<void>;
}

/** Runs `sepconv playground` until it is stopped. */
export async function serve(): Promise<Served> {
  const child: ChildProcess = spawn(process.execPath, [program, 'playground'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const stop = async () => {
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
  };
  return { address: line.toString().trim(), stop };
}

/** One browser, with flags of its own, and one server for the tests of a file; what a page complains of is a failure. */
export function browserForTests(flags: readonly string[] = []) {
  let context: BrowserContext;
  let served: Served;
  let complaints: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'sepconv-page-'));

  beforeAll(async () => {
    served = await serve();
    context = await chromium.launchPersistentContext(folder, { ...launch, args: [...launch.args, ...flags] });
  });
  afterEach(async () => {
    for (const page of context.pages()) await page.close();
    expect(complaints).toEqual([]);
    complaints = [];
  });
  afterAll(async () => {
    await context.close();
    await served.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get address() {
      return served.address;
    },
    stopServer: () => served.stop(),
    /** Opens the page in a state, and waits for its first result. */
    async open(state = '', size = { width: 1280, height: 900 }): Promise<Page> {
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.setViewportSize(size);
      await page.goto(`${served.address}#${state}`);
      await page.locator('.under').waitFor();
      return page;
    },
  };
}

/** Drops a file on the page. */
export async function drop(page: Page, bytes: Uint8Array, name: string, type = 'image/png'): Promise<void> {
  const transfer = await page.evaluateHandle(
    ({ text, name, type }) => {
      const dropped = new DataTransfer();
      const file = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      dropped.items.add(new File([file], name, { type }));
      return dropped;
    },
    { text: Buffer.from(bytes).toString('base64'), name, type },
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

/** A machine with other work may take its time. */
export const slow = { timeout: 30_000 };

export const hashOn = (page: Page) => page.locator('[data-hash]').getAttribute('data-hash');
