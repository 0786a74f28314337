// The command line: names, help, and how a program ends. What a command does is in the file of its name.
import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { defaultName } from '../batch/outputs.js';
import { version } from '../batch/version.js';
import { invalid, SepconvError } from '../core/errors.js';
import { backends } from '../core/kernels.js';
import { borders } from '../core/params.js';
import { suggestion } from '../core/suggest.js';
import { modeNames } from '../image/modes.js';
import { ranges } from '../image/pixels.js';
import { batch } from './batch.js';
import { bench } from './bench.js';
import { build } from './build.js';
import { type ConvolveOptions, convolve } from './convolve.js';
import { demo } from './demo.js';
import { explain } from './explain.js';
import { batchExamples, explainExamples, help } from './help.js';
import { info } from './info.js';
import { Interrupted } from './interrupt.js';
import { playground } from './playground.js';
import { verify } from './verify.js';
import { worker } from './worker.js';

const listed = (names: readonly string[], byDefault: string) => `${names.join(' | ')} (default ${byDefault})`;

export function createProgram(): Command {
  const program = new Command('sepconv')
    .description('Convolves or pools a picture; without one, a built-in one.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .helpCommand('help [command]', 'tells what a command takes')
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
    });
  addConvolve(program);
  addBatch(program.command('batch').summary('many pictures through one mode, into a folder'));
  addWorker(program.command('worker').summary('takes pictures from a queue, beside other machines'));
  addExplain(program.command('explain'));
  program
    .command('info')
    .description('tells what runs here, and why')
    .option('--json', 'one object on stdout')
    .action(info);
  program
    .command('build')
    .description('compiles the native addon on this machine, where none was shipped for it')
    .addHelpText('after', '\nNeeds a C++17 compiler, make, Python 3 and node-gyp, which npm brings.')
    .action(build);
  program
    .command('verify')
    .description('checks the conformance vectors on every backend of this machine')
    .option('--json', 'one object on stdout, with a row for each backend')
    .option('--vectors <file>', 'other cases than those of conformance/vectors-v1.json')
    .action(verify);
  program
    .command('playground')
    .description('the page that shows what each mode does, costs and sees, on this machine')
    .option('--port <n>', 'port to listen on (default: a free one)')
    .option('--open', 'open it in the browser')
    .action(playground);
  program
    .command('bench')
    .description('times layers of real networks on every backend of this machine')
    .option('--only <pattern>', 'layers whose name matches; write x, ^2 and -> for ×, ² and →')
    .option('--quick', 'fewer and shorter rounds')
    .addOption(new Option('--threads <n>', 'of native code and WASM (default: what a single call would use)'))
    .option('--json', 'every figure, as one object on stdout')
    .option('--svg <file>', 'draw the speeds, too; needs the packages vega and vega-lite')
    .option('--force', 'replace an existing file')
    .action(bench);
  program
    .command('demo')
    .description('convolves pictures in three modes on every backend, and compares the results')
    .argument('[pictures...]', 'grey or in colour (default: a built-in one)')
    .option('--out-dir <folder>', 'where the results are written', 'demo-output')
    .action(demo);
  return program;
}

function addConvolve(program: Command): void {
  program.argument('[picture]', 'PNG, JPEG, WebP, AVIF, TIFF, GIF or .npy; - reads standard input');
  addJobOptions(program)
    .optionsGroup('Result:')
    .option('-o, --output <file>', 'by its extension .png, .jpg, .webp, .avif, .tif or .npy; - writes PNG to stdout')
    .option('--range <name>', rangeHelp)
    .option('--show', 'show the result in the terminal; done by itself there without -o')
    .option('--json', 'one object on stdout: filters, options, shapes, backend, time, notes, SHA-256 of the results')
    .option('--force', 'replace an existing file');
  addMachineOptions(program)
    .addHelpText('after', help)
    .allowExcessArguments()
    .action(async (picture: string | undefined, options: ConvolveOptions) => {
      checkArguments(program);
      await convolve(picture, options);
    });
}

const biasHelp = 'added to the products: n, or n,n,… for the output channels (default 0)';
const activationHelp = 'of the results: relu, relu6, sigmoid, tanh … (default linear)';
const rangeHelp =
  'how results become samples: clamp cuts them off, abs drops the signs, normalize spreads all (default clamp)';

/** What is done to a picture. */
function addJobOptions(command: Command): Command {
  return command
    .option('-m, --mode <name>', listed(modeNames, 'depthwise'))
    .option(
      '-k, --kernel <filter>',
      'preset, file or numbers, in mode pointwise the matrix (default sobel-x; in mode pointwise luma, in mode transposed bilinear:s of its strides)',
    )
    .option(
      '-p, --pointwise <matrix>',
      'the mix of channels: preset, file or numbers (default luma, or mean or identity where there are not three)',
    )
    .option('--window <n>', 'of a pooling: n or n,n (default 2)')
    .option(
      '--strides <n>',
      'pixels from one result to the next: n or n,n (default 1; of a pooling its window, in mode transposed 2)',
    )
    .option('--dilations <n>', 'pixels from one tap to the next: n or n,n (default 1)')
    .option(
      '--padding <n>',
      'same keeps the size (same-lower: the odd pixel first), valid has none, n or n,n pixels on each side (default same, of a pooling valid)',
    )
    .option('--border <name>', `what a filter sees beyond the edges: ${listed(borders, 'replicate')}`)
    .option('--bias <n>', biasHelp)
    .option('--activation <name>', activationHelp)
    .option('--flip', 'turn the filter by 180°, as mathematical convolution does')
    .option('--ceil-mode', 'a last window of a pooling counts though it ends beyond the picture')
    .option('--count-include-pad', 'the mean of a pooling counts the zeros of its padding');
}

function addMachineOptions(command: Command): Command {
  return command
    .optionsGroup('Machine:')
    .addOption(new Option('--backend <name>', listed(['auto', ...backends], 'auto')).env('SEPCONV_BACKEND'))
    .addOption(new Option('--isa <name>', 'instruction set: avx2, sse2, scalar, simd128 …').env('SEPCONV_ISA'))
    .addOption(
      new Option('--threads <n>', 'native: as many as pay by default; wasm: so many workers, by default none').env(
        'SEPCONV_THREADS',
      ),
    )
    .option('--max-pixels <n>', 'of the largest picture that is decoded (default 268402689)');
}

function addBatch(command: Command): void {
  command
    .description(
      'Does to many pictures what sepconv does to one, on all cores; a picture that fails holds up no other.',
    )
    .argument(
      '<pictures...>',
      "files, folders and patterns, 'photos/**/*.jpg'; with --queue, addresses, too; - reads a list, one a line",
    )
    .requiredOption(
      '--out-dir <folder>',
      'where the results are written, each where its picture is below its folder (required)',
    );
  addJobOptions(command)
    .optionsGroup('Results:')
    .option('--name <template>', `of a result below --out-dir (default ${defaultName})`)
    .option('--range <name>', rangeHelp)
    .option('--resume', 'pass over what an earlier batch finished with the same options')
    .option('--dry-run', 'say what would be done')
    .option(
      '--json',
      'one object a picture on stdout: input, output, status, milliseconds, SHA-256 of the results, error',
    )
    .option('--force', 'replace existing files');
  addMachineOptions(command)
    .option('--concurrency <n>', 'pictures under way at once (default: one more than there are cores)')
    .optionsGroup('More machines:')
    .addOption(
      new Option('--queue <address>', 'redis://HOST:PORT, for sepconv worker on any machine').env('SEPCONV_QUEUE'),
    )
    .option('--root <folder>', 'that the workers share; all files lie in it (default: the current folder)')
    .option('--keep', 'Ctrl-C leaves the jobs on the queue')
    .addHelpText('after', batchExamples)
    .action(batch);
}

function addWorker(command: Command): void {
  command
    .description('Takes the pictures of sepconv batch --queue, beside other machines, until SIGTERM or Ctrl-C.')
    .addOption(new Option('--queue <address>', 'redis://HOST:PORT, rediss:// with TLS').env('SEPCONV_QUEUE'))
    .requiredOption('--root <folder>', 'no file outside of it is read or written (required)')
    .option(
      '--allow-host <names...>',
      'hosts whose addresses may be inputs and results; what is inside the network by its IP address, too (default: none)',
    )
    .option('--concurrency <n>', 'pictures at once (default: as many as there are cores)')
    .option('--max-bytes <n>', 'of a file', '268435456')
    .option('--max-seconds <n>', 'for a picture', '300')
    .option('--lock-seconds <n>', 'after which the pictures of a worker that says nothing go to others', '30')
    .option('--grace <seconds>', 'to finish after SIGTERM what is in hand', '30')
    .option('--health-port <n>', '/healthz and /metrics over HTTP');
  addMachineOptions(command).action(worker);
}

/** Tells a misspelt command from a picture. */
function checkArguments({ args, commands }: Command): void {
  const [first, ...more] = args;
  const names = [...commands.map((command) => command.name()), 'help'];
  if (first !== undefined && /^\w[\w-]*$/.test(first) && !existsSync(first)) {
    const fix = suggestion(first, names, 'see sepconv --help');
    throw invalid('ERR_OPTION', 'command', `a picture, or one of ${names.join(', ')}`, first, fix);
  }
  if (more.length > 0) throw invalid('ERR_OPTION', 'picture', 'one picture', args, 'give one at a time');
}

function addExplain(command: Command): void {
  command
    .summary('one pixel of a result, step by step; or what layers give, see and cost')
    .description(
      'Works out one pixel of the result of a picture, step by step: taps, weights, products, sums. With --input or --layers, tells the shapes, the padding, the receptive field and the costs of layers.',
    )
    .argument('[picture]', 'as for sepconv itself; without one, and without --input, the built-in one')
    .option('-m, --mode <name>', listed(modeNames, 'depthwise'))
    .option('--svg <file>', 'draw it, too')
    .option('--force', 'replace an existing file')
    .option('--json', 'one object on stdout')
    .optionsGroup('A picture:')
    .option('--at <y,x>', 'row and column of the pixel in the result (default: its middle)')
    .option('-k, --kernel <filter>', 'as for sepconv itself: sepconv --help lists the presets')
    .option('-p, --pointwise <matrix>', 'likewise')
    .option('--border <name>', listed(borders, 'replicate'))
    .option('--bias <n>', biasHelp)
    .option('--activation <name>', activationHelp)
    .option('--range <name>', listed(ranges, 'clamp'))
    .option('--flip', 'turn the filter by 180°')
    .option('--count-include-pad', 'the mean of a pooling counts the zeros of its padding')
    .optionsGroup('A layer by its sizes:')
    .option('--input <size>', 'height x width x channels, 224x224x32, or a batch of them, 8x224x224x32')
    .option('--kernel-size <n>', 'of the filter: n or n,n as height,width')
    .option('--out-channels <n>', 'of the output (default: as many as the input has)')
    .option('--multiplier <n>', 'filters a channel, in modes depthwise and separable (default 1)')
    .option('--groups <n>', 'of channels, in modes standard and transposed (default 1)')
    .option(
      '--layers <file>',
      'JSON instead, a stack: [{ "mode": "standard", "kernelSize": 3, "strides": 2, "outChannels": 8 }, …]',
    )
    .optionsGroup('For both:')
    .option('--window <n>', 'of a pooling: n or n,n (default 2)')
    .option('--strides <n>', 'n or n,n (default 1; of a pooling its window, in mode transposed 2)')
    .option('--dilations <n>', 'n or n,n (default 1)')
    .option('--padding <n>', 'same | same-lower | valid | n | n,n (default same, of a pooling valid)')
    .option('--ceil-mode', 'a last window of a pooling counts though it ends beyond the picture')
    .addHelpText('after', explainExamples)
    .action(explain);
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
  return error.code === 'ERR_OPTION' || error.code === 'ERR_PADDING' ? 2 : 1;
}
