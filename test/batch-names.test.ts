// What names the pictures of a batch, and what its results are named.
import { describe, expect, test } from 'vitest';
import { findInputs } from '../src/batch/inputs.js';
import { assignOutputs } from '../src/batch/outputs.js';
import { pictures } from './support/batches.js';

describe('inputs', () => {
  test('of folders, patterns, files and lists, each once', async () => {
    pictures('found', 4);
    const paths = async (names: string[], list?: string) =>
      (await findInputs(names, 'out', list)).map(({ path }) => path);
    const all = ['found/0.png', 'found/2.png', 'found/more/1.jpg', 'found/more/3.jpg'];
    expect(await paths(['found'])).toEqual(all);
    expect(await paths(['found/**/*.jpg'])).toEqual(all.slice(2));
    expect(await paths(['found/?.PNG', 'found/0.png'])).toEqual(all.slice(0, 2));
    expect(await paths(['-'], 'found/0.png\nfound/2.png\n')).toEqual(all.slice(0, 2));
    expect(await paths(['-'], 'found/0.png\0found/a\nb.png\0')).toEqual(['found/0.png', 'found/a\nb.png']);
    expect((await findInputs(['found'], 'found/more')).map(({ path }) => path)).toEqual(all.slice(0, 2));
    const address = 'https://pictures.example/a.png?size=2';
    expect(await paths(['-', address], `found/0.png\n${address}\n`)).toEqual(['found/0.png', address]);
    await expect(findInputs(['found/*.webp'], 'out')).rejects.toMatchObject({ code: 'ERR_FILE' });
  });
});

describe('outputs', () => {
  const outputs = (name: string, ...inputs: [string, string][]) =>
    assignOutputs(
      inputs.map(([path, base]) => ({ path, base })),
      'out',
      name,
    ).map(({ output }) => output);

  test('stand where their pictures stood, by the template', () => {
    expect(outputs('{dir}/{stem}.{ext}', ['a/b/c.jpg', 'a'], ['a/d.gif', 'a'])).toEqual(['out/b/c.jpg', 'out/d.png']);
    expect(outputs('{stem}-soft.webp', ['a/b/c.d.jpg', 'a'])).toEqual(['out/c.d-soft.webp']);
  });

  test('of addresses stand by their paths, and may go to addresses', () => {
    const address = 'https://pictures.example/a%20b/c.jpg?size=2';
    expect(outputs('{dir}/{stem}.{ext}', [address, ''])).toEqual(['out/a b/c.jpg']);
    const [{ output }] = assignOutputs(
      [{ path: address, base: '' }],
      'http://results.example/new/',
      '{dir}/{stem}.png',
    );
    expect(output).toBe('http://results.example/new/a%20b/c.png');
  });

  test.each([
    ['two of one name', '{stem}.png', ['a/1.png', 'a'], ['a/b/1.jpg', 'a']],
    ['outside of the folder', '../{stem}.png', ['a/1.png', 'a']],
    ['in place of a picture', '{stem}.png', ['out/1.png', 'out']],
    ['no format', '{stem}', ['a/1.png', 'a']],
    ['no part', '{name}.png', ['a/1.png', 'a']],
  ] as [string, string, ...[string, string][]][])('%s: refused', (_, name, ...inputs) => {
    expect(() => outputs(name, ...inputs)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });
});
