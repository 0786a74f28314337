import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import autocannon from 'autocannon';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRuntime, type RunMessage, tensor } from '../../src/entries/node.js';
import { server } from './picture-server.js';

const taps = Float32Array.of(1, 4, 6, 4, 1).map((tap) => tap / 16);
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
// Ends only when every answer is given.
afterAll(() => new Promise((resolve) => server.close(resolve)));

const png = (width: number, height: number) => {
  const samples = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);
  const raw = { width, height, channels: 3 } as const;
  return { samples, file: sharp(samples, { raw }).png({ compressionLevel: 1 }).toBuffer() };
};

test('answers rightly under load, while others go away', async () => {
  const [width, height] = [301, 203];
  const { samples, file } = png(width, height);
  const reference = await createRuntime({ backend: 'reference' });
  const { data: expected } = reference.sepFilter2d(tensor(samples, [1, height, width, 3]), taps, taps);

  const large = await png(2400, 2400).file;
  const [runs, ends]: [RunMessage[], RunMessage[]] = [[], []];
  const [atStart, atEnd] = [(m: unknown) => runs.push(m as RunMessage), (m: unknown) => ends.push(m as RunMessage)];
  channel('tracing:sepconv:run:start').subscribe(atStart);
  channel('tracing:sepconv:run:asyncEnd').subscribe(atEnd);

  /** Posts the large picture, goes away when it is computed, and gives the error of the run. */
  const goAway = async (): Promise<unknown> => {
    const isLarge = ({ shape }: RunMessage) => shape[1] === 2400;
    const before = runs.filter(isLarge).length;
    const client = request(url, { method: 'POST' }).on('error', () => {});
    client.end(large);
    while (runs.filter(isLarge).length === before) await turn();
    client.destroy();
    const run = runs.filter(isLarge)[before];
    while (!ends.includes(run)) await turn();
    return run.error;
  };
  const aborts = async () => {
    const errors: unknown[] = [];
    // One that is over before the server hears of it is none.
    for (let i = 0; errors.length < 5 && i < 100; i++) {
      const error = await goAway();
      if (error !== undefined) errors.push(error);
    }
    return errors;
  };

  const body = await file;
  const answer = Buffer.from(await (await fetch(url, { method: 'POST', body: new Uint8Array(body) })).arrayBuffer());
  expect(await sharp(answer).raw().toBuffer()).toEqual(Buffer.from(expected));
  const options = { method: 'POST', body, connections: 10, amount: 300, timeout: 60 } as const;
  // As text it is another one, but always the same.
  const load = autocannon({ ...options, url, expectBody: String(answer) });
  const [result, errors] = await Promise.all([load, aborts()]);
  channel('tracing:sepconv:run:start').unsubscribe(atStart);
  channel('tracing:sepconv:run:asyncEnd').unsubscribe(atEnd);

  expect(result).toMatchObject({ '2xx': 300, non2xx: 0, errors: 0, timeouts: 0, mismatches: 0 });
  expect(errors).toHaveLength(5);
  for (const error of errors) expect(error).toMatchObject({ name: 'AbortError' });
  expect(ends.length).toBe(runs.length);
});

test('says what is wrong with a picture that is none', async () => {
  const response = await fetch(url, { method: 'POST', body: 'no picture' });
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('unsupported image format')]);
});
