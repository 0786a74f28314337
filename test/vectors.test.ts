// The conformance vectors: worked out a second time by a program that knows nothing of ours, and given by every backend.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { answersOf } from '../src/conformance/run.js';
import type { Vectors } from '../src/conformance/vectors.js';
import { outputHash } from '../src/image/output-hash.js';
import { operationsOn, ops } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';
import { at, fail, sepconv } from './support/command-line.js';

const folder = new URL('../conformance/', import.meta.url);
const files = readdirSync(folder).filter((name) => /^vectors-v\d+\.json$/.test(name));
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Vectors;

/** Published files stand: a file that changed promises something else. */
const published: Readonly<Record<string, string>> = {
  'vectors-v1.json': 'a914f911b4b1de8293fdca4cd1b99bd7419f7e6450816e1c50b02566754dcae6',
};

test('every file of vectors is there as it was published', () => {
  const hashes = files.map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(new URL(name, folder)))
      .digest('hex'),
  ]);
  expect(Object.fromEntries(hashes)).toEqual(published);
});

describe.each(files)('%s', (name) => {
  const vectors = read(name);

  test('has cases of every operation, each by a number of its own', () => {
    expect(Object.keys(vectors.cases).sort()).toEqual(Object.keys(ops).sort());
    const ids = Object.values(vectors.cases).flatMap((cases) => cases.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a program in whole numbers and binary64 finds the same hashes', { timeout: 300_000 }, async () => {
    const program = fileURLToPath(new URL('conformance/vectors.py', import.meta.url));
    const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout } = await promisify(execFile)('python3', [program, fileURLToPath(new URL(name, folder))], {
      env: environment,
    });
    const count = Object.values(vectors.cases).flat().length;
    expect(JSON.parse(stdout)).toEqual({ checked: count, different: [] });
  });

  test.each([{ name: 'reference', kernels: reference }, ...everyBackend])('$name', ({ kernels }) => {
    const answers = answersOf(
      operationsOn(() => kernels),
      vectors,
      outputHash,
    );
    expect(answers.filter(({ expected, received }) => received !== expected)).toEqual([]);
  });
});

test.each(['../CONFORMANCE.md', 'conformance/activations.py'])(
  '%s has every coefficient of the activations',
  (path) => {
    const text = readFileSync(new URL(path, import.meta.url), 'utf8').replaceAll('−', '-');
    const sources = ['backends/reference/transcendental.ts', 'core/exponential.ts'];
    for (const source of sources) {
      const code = readFileSync(new URL(`../src/${source}`, import.meta.url), 'utf8').replaceAll(/\/\/.*$/gm, '');
      const coefficients = code.match(/\d+\.\d{3,}(e-?\d+)?|\d{16}/g) ?? [];
      expect(coefficients.length).toBeGreaterThan(10);
      for (const coefficient of coefficients) expect(text).toContain(coefficient);
    }
  },
);

test('every row of hosts.json has the one hash of its vectors', () => {
  const rows: { vectors: number; sha256: string }[] = JSON.parse(readFileSync(new URL('hosts.json', folder), 'utf8'));
  for (const { vectors, sha256 } of rows) {
    const recorded = Object.values(read(`vectors-v${vectors}.json`).cases)
      .flat()
      .map((vector) => vector.sha256);
    expect(sha256).toBe(createHash('sha256').update(recorded.join('')).digest('hex'));
  }
});

describe('sepconv verify', () => {
  const write = (change: (vectors: Vectors) => unknown) => {
    writeFileSync(at('vectors.json'), JSON.stringify(change(read(files[0]))));
    return ['verify', '--vectors', at('vectors.json')];
  };
  const only = (cases: object) => ({ version: 1, cases });

  test('is status 1 where an answer differs, or there is none', async () => {
    const different = await sepconv(write(({ cases }) => only({ add: [{ ...cases.add[0], sha256: '0'.repeat(64) }] })));
    const { id } = read(files[0]).cases.add[0];
    expect(different.status).toBe(1);
    expect(different.stdout.toString()).toMatch(/^add +1 .*1 DIFFERENT/m);
    expect(different.stdout.toString()).toMatch(new RegExp(`^reference: add ${id}: .*expected 0000`, 'm'));
    expect(different.stderr).toMatch(
      new RegExp(`^sepconv: verify: other bits than recorded in add ${id}; please report`),
    );
    const failing = await sepconv([
      ...write(({ cases }) => only({ add: [{ ...cases.add[0], residual: [1] }] })),
      '--json',
    ]);
    expect(failing.status).toBe(1);
    const report = JSON.parse(failing.stdout.toString());
    expect(report.isVerified).toBe(false);
    expect(report.different[0].received).toMatch(/^SepconvError: /);
  });

  test('gives a row for each backend', async () => {
    const { status, stdout } = await sepconv(['verify', '--json']);
    const { backends, rows } = JSON.parse(stdout.toString());
    expect(status).toBe(0);
    expect(rows).toHaveLength(backends.length);
    const names = [
      'package',
      'commit',
      'backend',
      'isa',
      'threads',
      'processor',
      'system',
      'engine',
      'vectors',
      'sha256',
    ];
    for (const row of rows) expect(Object.keys(row)).toEqual(names);
  });

  test('says what is no file of vectors', async () => {
    await fail(['verify', '--vectors', at('none.json')], 1, /vectors: expected a readable file.*ENOENT/);
    writeFileSync(at('text.json'), 'no vectors');
    await fail(['verify', '--vectors', at('text.json')], 1, /vectors: expected a file of JSON, got ".*text\.json/);
    await fail(
      write(() => []),
      1,
      /vectors: expected { version, cases }/,
    );
  });
});
