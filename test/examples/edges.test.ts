import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { at, photograph, succeed } from '../support/command-line.js';
import { edgesOf } from './edges.js';

test('a program gives the samples that the command line gives', async () => {
  await succeed([photograph, '-k', 'sobel-x', '--border', 'reflect', '--range', 'abs', '-o', 'edges.png'], {});
  const edges = decode(edgesOf(readFileSync(photograph)));
  const written = decode(readFileSync(at('edges.png')));
  expect([edges.width, edges.height, edges.channels]).toEqual([written.width, written.height, written.channels]);
  expect(Buffer.compare(edges.data as Uint8Array, written.data as Uint8Array)).toBe(0);
});
