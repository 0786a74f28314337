// The command line: names, help, and how a program ends. What a command does is in the file of its name.
import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { defaultName } from '../batch/outputs.js';
import { version } from '../batch/version.js';
import { invalid, SepconvError } from '../core/errors.js';
import { suggestion } from '../core/suggest.js';
import { batch } from './batch.js';
import { bench } from './bench.js';
import { build } from './build.js';
import { type ConvolveOptions, convolve } from './convolve.js';
import { demo } from './demo.js';
import { explain } from './explain.js';
import { batchExamples, explainHelp, help } from './help.js';
import { info } from './info.js';
import { Interrupted } from './interrupt.js';
import {
  addJobOptions,
  addMachineOptions,
  addRange,
  checkGiven,
  forceHelp,
  jsonHelp,
  maxPixelsHelp,
  threadsHelp,
} from './options.js';
import { playground } from './playground.js';
import { verify } from './verify.js';
import { worker } from './worker.js';

export function createProgram(): Command {
  const program = new Command('sepconv')
    .description('Convolve or pool a picture; without one, a built-in one.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut(text) {
        // A reader that has seen enough closes the pipe.
        process.stdout.once('error', () => {});
        process.stdout.write(text);
      },
      outputError: (text, write) =>
        write(
          `${text
            .replace(/^error: /, 'sepconv: ')
            .trim()
            .replace(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    .hook('preAction', checkGiven);
  addBatch(command(program, 'batch', 'put many pictures through one mode, into a folder'));
  addWorker(command(program, 'worker', 'take pictures from a queue, beside other machines'));
  addExplain(command(program, 'explain', 'work out one pixel step by step, or what layers give, see and cost'));
  command(program, 'info', 'tell what runs here, and why').option('--json', jsonHelp).action(info);
  command(program, 'build', 'compile the native addon on this machine, where none was shipped for it')
    .addHelpText('after', '\nNeeds a C++17 compiler, make, Python 3 and node-gyp, which npm brings.')
    .action(build);
  command(program, 'verify', 'check the conformance vectors on every backend of this machine')
    .option('--json', `${jsonHelp}, with a row for each backend`)
    .option('--vectors <file>', 'other cases than those of conformance/vectors-v1.json')
    .action(verify);
  command(program, 'playground', 'serve the page that shows what each mode does, costs and sees, on this machine')
    .option('--port <n>', 'to listen on (default: a free one)')
    .option('--open', 'open it in the browser')
    .action(playground);
  command(program, 'bench', 'time layers of real networks on every backend of this machine')
    .option('--only <pattern>', 'layers whose name matches; write x, ^2 and -> for ×, ² and →')
    .option('--quick', 'make fewer and shorter rounds')
    .option('--threads <n>', threadsHelp)
    .option('--json', `${jsonHelp}, with every figure`)
    .option('--svg <file>', 'draw the speeds, too; needs the packages vega and vega-lite')
    .option('--force', forceHelp)
    .action(bench);
  command(program, 'demo', 'convolve pictures in three modes on every backend, and compare the results')
    .argument('[pictures...]', 'grey or in colour (default: a built-in one)')
    .addOption(new Option('--out-dir <folder>', 'where the results are written').default('demo-output', 'demo-output'))
    .option('--max-pixels <n>', maxPixelsHelp)
    .option('--force', forceHelp)
    .action(demo);
  addHelp(command(program, 'help', 'tell what a command takes'), program);
  // Last: what it allows, commands that are made after it would allow, too.
  addConvolve(program);
  return program;
}

/** A command by what the list of them says of it; its own help says the same as a sentence. */
function command(program: Command, name: string, summary: string): Command {
  const sentence = `${summary[0].toUpperCase()}${summary.slice(1)}.`;
  return program.command(name).summary(summary).description(sentence);
}

function addConvolve(program: Command): void {
  program.argument('[picture]', 'PNG, JPEG, WebP, AVIF, TIFF, GIF or .npy; - reads standard input');
  addJobOptions(program)
    .optionsGroup('Result:')
    .option('-o, --output <file>', 'by its extension .png, .jpg, .webp, .avif, .tif or .npy; - writes PNG to stdout');
  addRange(program)
    .option('--show', 'show the result in the terminal; done by itself there without -o')
    .option('--json', `${jsonHelp}: filters, options, shapes, backend, time, notes, SHA-256 of the results`)
    .option('--force', forceHelp);
  addMachineOptions(program)
    .addHelpText('after', help)
    .allowExcessArguments()
    .action(async (picture: string | undefined, options: ConvolveOptions) => {
      checkArguments(program);
      await convolve(picture, options);
    });
}

function addBatch(program: Command): void {
  program
    .description('Do to many pictures what sepconv does to one, on all cores; a picture that fails holds up no other.')
    .argument(
      '<pictures...>',
      "files, folders and patterns, 'photos/**/*.jpg'; with --queue, addresses, too; - reads a list, one a line",
    )
    .requiredOption(
      '--out-dir <folder>',
      'where the results are written, each where its picture is below its folder (required)',
    );
  addJobOptions(program)
    .optionsGroup('Results:')
    .option('--name <template>', `of a result below --out-dir (default: ${defaultName})`);
  addRange(program)
    .option('--resume', 'pass over what an earlier batch finished with the same options')
    .option('--dry-run', 'say what would be done')
    .option('--json', 'print one object a picture: input, output, status, milliseconds, SHA-256 of the results, error')
    .option('--force', forceHelp);
  addMachineOptions(program)
    .option('--concurrency <n>', 'pictures under way at once (default: one more than there are cores)')
    .optionsGroup('More machines:')
    .addOption(
      new Option('--queue <address>', 'redis://HOST:PORT, for sepconv worker on any machine').env('SEPCONV_QUEUE'),
    )
    .option('--root <folder>', 'that the workers share; all files lie in it (default: the current folder)')
    .option('--keep', 'leave the jobs on the queue at Ctrl-C')
    .addHelpText('after', batchExamples)
    .action(batch);
}

function addWorker(program: Command): void {
  program
    .description('Take the pictures of sepconv batch --queue, beside other machines, until SIGTERM or Ctrl-C.')
    .addOption(new Option('--queue <address>', 'redis://HOST:PORT, rediss:// with TLS').env('SEPCONV_QUEUE'))
    .requiredOption('--root <folder>', 'no file outside of it is read or written (required)')
    .option(
      '--allow-host <names...>',
      'hosts whose addresses may be inputs and results; what is inside the network by its IP address, too (default: none)',
    )
    .option('--concurrency <n>', 'pictures at once (default: as many as there are cores)')
    .addOption(new Option('--max-bytes <n>', 'of a file').default('268435456', '268435456'))
    .addOption(new Option('--max-seconds <n>', 'for a picture').default('300', '300'))
    .addOption(
      new Option('--lock-seconds <n>', 'after which the pictures of a worker that says nothing go to others').default(
        '30',
        '30',
      ),
    )
    .addOption(new Option('--grace <seconds>', 'to finish after SIGTERM what is in hand').default('30', '30'))
    .option('--health-port <n>', 'for /healthz and /metrics over HTTP (default: none)');
  addMachineOptions(program).action(worker);
}

function addExplain(program: Command): void {
  program
    .description(
      'Work out one pixel of the result of a picture, step by step: taps, weights, products, sums. With --input or --layers, tell the shapes, the padding, the receptive field and the costs of layers.',
    )
    .argument('[picture]', 'as for sepconv itself; without one, and without --input, the built-in one');
  addJobOptions(program)
    .optionsGroup('A picture:')
    .option('--at <y,x>', 'row and column of the pixel in the result (default: its middle)');
  addRange(program)
    .option('--max-pixels <n>', maxPixelsHelp)
    .optionsGroup('A layer by its sizes:')
    .option('--input <size>', 'height x width x channels, 224x224x32, or a batch of them, 8x224x224x32')
    .option('--kernel-size <n>', 'of the filter: n or n,n as height,width')
    .option('--out-channels <n>', 'of the output (default: as many as the input has)')
    .option('--multiplier <n>', 'filters a channel (default: 1)')
    .option('--groups <n>', 'of channels (default: 1)')
    .option(
      '--layers <file>',
      'several instead, each on the output of the one before: JSON such as [{ "mode": "standard", "kernelSize": 3, "outChannels": 8 }, …]',
    )
    .optionsGroup('Result:')
    .option('--json', jsonHelp)
    .option('--svg <file>', 'draw it, too')
    .option('--force', forceHelp)
    .addHelpText('after', explainHelp)
    .action(explain);
}

function addHelp(own: Command, program: Command): void {
  own.argument('[command]', 'one of those that sepconv --help lists').action((name: string | undefined) => {
    const named = name === undefined ? program : program.commands.find((each) => each.name() === name);
    if (named === undefined) throw unknownCommand(program, 'one of', name, 'see sepconv --help');
    named.outputHelp();
  });
}

/** Tells a misspelt command from a picture. */
function checkArguments(program: Command): void {
  const { args } = program;
  const [first, ...more] = args;
  if (first !== undefined && /^\w[\w-]*$/.test(first) && !existsSync(first)) {
    throw unknownCommand(program, 'a picture, or one of', first, 'see sepconv --help');
  }
  if (more.length > 0) throw invalid('ERR_OPTION', 'picture', 'one picture', args, 'give one at a time');
}

function unknownCommand({ commands }: Command, expected: string, name: string | undefined, fix: string): SepconvError {
  const names = commands.map((each) => each.name());
  return invalid('ERR_OPTION', 'command', `${expected} ${names.join(', ')}`, name, suggestion(name, names, fix));
}

/** Runs one command line and gives its exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error);
  }
}

const wrongUsage = ['ERR_OPTION', 'ERR_PADDING', 'ERR_ACTIVATION'];

/** A typed error is one line, anything else is a fault of this program. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Interrupted) {
    process.stderr.write(`sepconv: ${error.message}\n`);
    return 130;
  }
  if (!(error instanceof SepconvError)) {
    process.stderr.write(`sepconv: unexpected ${error instanceof Error ? error.stack : error}\n`);
    return 1;
  }
  process.stderr.write(`sepconv: ${error.message.replace(/\s*\n\s*/g, ' ')}\n`);
  return wrongUsage.includes(error.code) ? 2 : 1;
}
