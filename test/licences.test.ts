// What users install with the package has licences that SECURITY.md names.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  readonly dev?: boolean;
  readonly license?: string;
}

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);

const allowed = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0']);

test.each(installed)('%s', (path, { license }) => {
  const ofLibvips = /^node_modules\/@img\/sharp-/.test(path) ? ['LGPL-3.0-or-later'] : [];
  const licences = license?.split(' AND ') ?? ['none'];
  expect(licences.filter((name) => !allowed.has(name) && !ofLibvips.includes(name))).toEqual([]);
});

test('SECURITY.md lists what package.json depends on', () => {
  const { dependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const text = read('SECURITY.md');
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) expect(text).toContain(`| ${name}`);
});
