// Batches of a program's own: `filterPictures`, and the room that its pictures share.
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { filterPictures, type PictureOutcome } from '../src/batch/index.js';
import { Room } from '../src/batch/room.js';
import { photograph, report } from './support/command-line.js';

describe('filterPictures', () => {
  const all = async (outcomes: AsyncIterable<PictureOutcome>) => {
    const found: PictureOutcome[] = [];
    for await (const outcome of outcomes) found.push(outcome);
    return found;
  };

  test('gives bytes from bytes and files in their order, and tells which one failed', async () => {
    const bytes = readFileSync(photograph);
    const outcomes = await all(filterPictures([bytes, 'none.png', photograph], { kernel: 'box:3', hash: true }));
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    const [first, second, third] = outcomes;
    expect(second).toMatchObject({ input: 'none.png', error: { code: 'ERR_FILE' } });
    if (first.status !== 'done' || third.status !== 'done') throw new Error('not done');
    expect(first.bytes).toEqual(third.bytes);
    expect(first.sha256).toBe((await report([photograph, '-k', 'box:3'])).sha256);
  });

  test('keeps pictures of one size apart that go through at once', async () => {
    const shades = Array.from({ length: 9 }, (_, i) => ({ r: 20 * i, g: 255 - 20 * i, b: 90 }));
    const flat = (background: object) =>
      sharp({ create: { width: 400, height: 300, channels: 3, background } as never });
    const given = await Promise.all(shades.map((shade) => flat(shade).png().toBuffer()));
    const outcomes = await all(filterPictures(given, { kernel: 'box:3', concurrency: 4 }));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status !== 'done') throw new Error('not done');
      const { channels } = await sharp(outcome.bytes).stats();
      const { r, g, b } = shades[i];
      expect(channels.map(({ min, max }) => [min, max])).toEqual([
        [r, r],
        [g, g],
        [b, b],
      ]);
    }
  });

  test('refuses what can be for no picture', async () => {
    const wrong = { kernel: 'no such kernel' };
    await expect(all(filterPictures([photograph], wrong))).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(all(filterPictures([photograph], { colour: 1 } as never))).rejects.toMatchObject({
      code: 'ERR_OPTION',
    });
    await expect(all(filterPictures([], { maxPixels: 0 }))).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  test('ends at once when it is aborted, and closes the source', async () => {
    const stop = new AbortController();
    let isClosed = false;
    function* endless() {
      try {
        for (;;) yield photograph;
      } finally {
        isClosed = true;
      }
    }
    const reason = new Error('enough');
    const outcomes = filterPictures(endless(), { kernel: 'gaussian:31', signal: stop.signal, concurrency: 2 });
    await expect(
      (async () => {
        for await (const { status } of outcomes) {
          expect(status).toBe('done');
          stop.abort(reason);
        }
      })(),
    ).rejects.toBe(reason);
    expect(isClosed).toBe(true);
  });

  test('asks for no more pictures than it was told to have in hand', async () => {
    let taken = 0;
    let given = 0;
    async function* source() {
      for (; taken < 12; taken++) {
        expect(taken - given).toBeLessThanOrEqual(3);
        yield photograph;
      }
    }
    for await (const _ of filterPictures(source(), { concurrency: 3 })) given++;
    expect(given).toBe(12);
  });
});

test('a room lets in who comes first, and what is larger than it alone', async () => {
  const room = new Room(10);
  const entered: string[] = [];
  const enter = (name: string, amount: number) =>
    room.take(amount).then((leave) => {
      entered.push(name);
      return leave;
    });
  const waiting = [enter('a', 6), enter('b', 20), enter('c', 1)];
  (await waiting[0])();
  expect(entered).toEqual(['a']);
  (await waiting[1])();
  (await waiting[2])();
  expect(entered).toEqual(['a', 'b', 'c']);
});
