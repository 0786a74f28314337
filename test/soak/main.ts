// npm run soak -- [--only name] [--scale 0.1]
// Each scenario in a process of its own, which must end by itself, and be no larger in the end than it was when it was warm.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inMebibytes } from './memory.js';
import { scenarios } from './scenarios.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    /** What the process of a scenario is told. */
    here: { type: 'boolean', default: false },
  },
});
const names = Object.keys(scenarios).filter((name) => values.only === undefined || name === values.only);
if (names.length === 0) throw new Error(`--only: one of ${Object.keys(scenarios).join(', ')}`);

async function soak(name: string): Promise<void> {
  const { title, times, run } = scenarios[name];
  const count = Math.ceil(times * Number(values.scale));
  const from = performance.now();
  const { before, after, isFlat } = await run(count);
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  const memory = `${inMebibytes(before)} when warm, ${inMebibytes(after)} in the end`;
  console.log(`${isFlat ? 'flat' : 'GROWS'}  ${count} ${title}: ${memory}, ${seconds} s`);
  if (!isFlat) process.exitCode = 1;
}

if (values.here) {
  await soak(names[0]);
} else {
  for (const name of names) {
    const args = ['--expose-gc', fileURLToPath(import.meta.url), '--here', '--only', name, '--scale', values.scale];
    const { status, signal } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status === 0) continue;
    if (signal !== null) console.log(`CRASH  ${name}: ${signal}`);
    process.exitCode = 1;
  }
}
