// Folders of pictures for batches, and what batches leave.
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { at, jpeg, photograph } from './command-line.js';

/** A folder with so many pictures in it and below it. */
export function pictures(name: string, count: number): string {
  mkdirSync(at(`${name}/more`), { recursive: true });
  for (let i = 0; i < count; i++) {
    const isJpeg = i % 2 === 1;
    cpSync(isJpeg ? jpeg : photograph, at(`${name}/${isJpeg ? `more/${i}.jpg` : `${i}.png`}`));
  }
  return name;
}

/** The files below a folder, but those that begin with a dot, with what is in them. */
export function filesIn(name: string): Record<string, string> {
  const files = readdirSync(at(name), { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const shown = files.filter((file) => !file.name.startsWith('.'));
  return Object.fromEntries(
    shown.map((file) => {
      const path = join(file.parentPath, file.name);
      return [relative(at(name), path), readFileSync(path, 'latin1')];
    }),
  );
}

/** What --json told, a line a picture. */
export const lines = (stdout: Buffer) =>
  stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
