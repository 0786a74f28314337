// The process of one contender on one layer or network: `node child.js <contender> <that as JSON> <file for its result>`. It
// answers lines on standard input by lines on standard output; bench/turns.h is the same for C++.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { makeOperands } from '../src/measure/operands.js';
import { Sampler } from '../src/measure/sampler.js';
import { Absent, type Started } from './contender.js';
import { contenders } from './contenders/index.js';
import { isNetwork, type Measured, makeNetworkOperands } from './networks.js';

const [name, text, resultPath] = process.argv.slice(2);

/** Lines of others, such as a package's greetings, have no such beginning. */
function say(word: string, rest = ''): void {
  process.stdout.write(`bench ${word} ${rest.replace(/\s*\n\s*/g, ' ')}\n`);
}

async function start(): Promise<Started> {
  const { runs } = contenders.find((contender) => contender.name === name)!;
  if (runs.kind === 'program') throw new Error(`${name} is a program`);
  const measured: Measured = JSON.parse(text);
  const started = isNetwork(measured)
    ? await runs.startNetwork!(measured, makeNetworkOperands(measured))
    : await runs.start(measured, makeOperands(measured));
  await started.run();
  writeFileSync(resultPath, await started.output());
  return started;
}

async function answer({ run }: Started): Promise<void> {
  const sampler = new Sampler(run);
  await sampler.warmUp();
  say('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [, seconds] = line.split(' ');
    say('samples', (await sampler.turn(Number(seconds))).join(' '));
  }
}

try {
  await answer(await start());
  // Some peers keep timers or threads that hold the process.
  process.exit(0);
} catch (error) {
  const { message } = error as Error;
  say(error instanceof Absent ? 'absent' : 'failed', message);
  process.exit(1);
}
