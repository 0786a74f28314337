// npm run fuzz -- [--seconds 60] [--seed n] [--only calls|files|texts] [--count n]
// Random calls, files and texts from seeds. A seed that found something is kept in seeds.json, runs first from then on, and
// what it found becomes a named case of the suite.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { everyBackend } from '../support/backends.js';
import { fuzzCall } from './calls.js';
import { fuzzFile, fuzzText } from './files.js';

const kinds = { calls: fuzzCall, files: fuzzFile, texts: fuzzText };
type Kind = keyof typeof kinds;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string' },
    count: { type: 'string', default: 'Infinity' },
  },
});
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30));
const chosen = (values.only === undefined ? Object.keys(kinds) : [values.only]) as Kind[];
const kept: Record<Kind, number[]> = JSON.parse(readFileSync('test/fuzz/seeds.json', 'utf8'));
const done: Record<Kind, number> = { calls: 0, files: 0, texts: 0 };
let isClean = true;

async function run(kind: Kind, seed: number): Promise<void> {
  const found = await kinds[kind](seed);
  done[kind]++;
  if (found === undefined) return;
  isClean = false;
  process.exitCode = 1;
  console.log(`npm run fuzz -- --only ${kind} --seed ${seed} --count 1\n${found}\n`);
}

for (const kind of chosen) for (const seed of values.seed === undefined ? kept[kind] : []) await run(kind, seed);
console.log(`on ${['reference', ...everyBackend.map(({ name }) => name)].join(', ')}`);
const end = performance.now() + Number(values.seconds) * 1000;
for (let i = 0; i < Number(values.count) && performance.now() < end; i++) {
  for (const kind of chosen) await run(kind, first + i);
}
console.log(
  `${Object.entries(done)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')} from seed ${first}${isClean ? ': nothing found' : ''}`,
);
