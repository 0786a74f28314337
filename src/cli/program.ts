// The command line: names, help, and how a program ends. What a command does is in the file of its name.
import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { invalid, SepconvError } from '../core/errors.js';
import { backends } from '../core/kernels.js';
import { borders } from '../core/params.js';
import { suggestion } from '../core/suggest.js';
import { modeNames, modes } from '../image/modes.js';
import { ranges } from '../image/pixels.js';
import { kernelForms, mixForms } from '../image/presets.js';

import { bench } from './bench.js';
import { build } from './build.js';
import { type ConvolveOptions, convolve } from './convolve.js';
import { demo } from './demo.js';
import { explain } from './explain.js';
import { info } from './info.js';
import { verify } from './verify.js';
import { version } from './version.js';

const listed = (names: readonly string[], byDefault: string) => `${names.join(' | ')} (default ${byDefault})`;

const help = `
Modes
${modeNames.map((name) => `  ${name.padEnd(10)} ${modes[name].summary}`).join('\n')}

Presets
  --kernel     ${kernelForms.slice(0, 9).join('  ')}
               ${kernelForms.slice(9).join('  ')}
  --pointwise  ${mixForms.join('  ')}
Both also take a .json or .npy file, or rows of numbers: "-1 0 1; -2 0 2; -1 0 1".
A filter is [height, width], for every channel the same, or [height, width, channels], or with a fourth size:
the multiplier in modes depthwise and separable, the output channels in modes standard and transposed.
In mode standard a filter without it gives one output channel, the sum over all input channels.
A pointwise matrix has one row per input channel and one column per output channel.

Examples
  sepconv --mode depthwise photo.jpg --kernel sobel-x -o edges.png
  sepconv --mode pointwise photo.jpg --pointwise sepia --show
  sepconv --mode separable photo.jpg --kernel gaussian:9 --pointwise luma -o soft.png
  sepconv --mode transposed photo.jpg --strides 2 -o twice.png
  sepconv explain --mode separable --input 224x224x32 --kernel-size 3 --out-channels 64`;

function createProgram(): Command {
  const program = new Command('sepconv')
    .description('Convolves or pools a picture. Without a picture it uses a built-in one.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .helpCommand('help [command]', 'what a command takes')
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
  addExplain(program.command('explain'));
  program.command('info').description('what runs here, and why').option('--json', 'one object on stdout').action(info);
  program
    .command('build')
    .description('compiles the native addon on this machine, where none was shipped for it')
    .addHelpText('after', '\nNeeds a C++ compiler (g++ 12 or clang 14), make, Python 3 and node-gyp, which npm brings.')
    .action(build);
  program
    .command('verify')
    .description('known answers of every operation, checked on every backend of this machine')
    .option('--json', 'one object on stdout')
    .action(verify);
  program
    .command('bench')
    .description('times layers of real networks on every backend of this machine')
    .option('--json', 'every figure, as one object on stdout')
    .option('--svg <file>', 'draw the speeds, too; needs the packages vega and vega-lite')
    .option('--force', 'replace an existing file')
    .action(bench);
  program
    .command('demo')
    .description('pictures in three modes on every backend: are the outputs the same?')
    .argument('[pictures...]', 'grey or in colour (default: a built-in one)')
    .option('--out-dir <folder>', 'where the results are written', 'demo-output')
    .action(demo);
  return program;
}

function addConvolve(program: Command): void {
  program
    .argument('[picture]', 'PNG, JPEG, WebP, AVIF, TIFF or .npy; - reads standard input')
    .option('-m, --mode <name>', listed(modeNames, 'depthwise'))
    .option('-k, --kernel <filter>', 'preset, file or numbers (default sobel-x, in mode transposed bilinear)')
    .option('-p, --pointwise <matrix>', 'the mix of channels: preset, file or numbers (default luma)')
    .option('-o, --output <file>', 'by its extension .png, .jpg, .webp, .avif, .tif or .npy; - writes PNG to stdout')
    .option('--window <n>', 'the window of a pooling: n or height,width (default 2)')
    .option('--strides <n>', 'n or height,width (default 1; of a pooling its window, in mode transposed 2)')
    .option('--dilations <n>', 'pixels from one tap to the next: n or height,width (default 1)')
    .option('--padding <n>', 'same | same-lower | valid | n | height,width (default same, of a pooling valid)')
    .option('--border <name>', `what the padding of a filter holds: ${listed(borders, 'replicate')}`)
    .option('--ceil-mode', 'a last window of a pooling counts though it ends beyond the picture')
    .option('--count-include-pad', 'the mean of a pooling counts the zeros of its padding')
    .option('--range <name>', `how results become pixels: ${listed(ranges, 'clamp')}`)
    .option('--max-pixels <n>', 'pixels of the largest picture that is decoded (default 268402689)')
    .option('--flip', 'turn the filter by 180°, as mathematical convolution does')
    .addOption(new Option('--backend <name>', listed(['auto', ...backends], 'auto')).env('SEPCONV_BACKEND'))
    .addOption(new Option('--isa <name>', 'instruction set: avx2, sse2, scalar, simd128 …').env('SEPCONV_ISA'))
    .addOption(new Option('--threads <n>', 'threads of the native backend').env('SEPCONV_THREADS'))
    .option('--show', 'show the result in the terminal; done by itself there without -o')
    .option('--force', 'replace an existing file')
    .option('--json', 'report shapes, backend, time and SHA-256 of the results on stdout')
    .addHelpText('after', help)
    .allowExcessArguments()
    .action(async (picture: string | undefined, options: ConvolveOptions) => {
      checkArguments(program);
      await convolve(picture, options);
    });
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
    .description(
      'One pixel of the result of a picture, worked out step by step; or, by --input or --layers, the shapes, the padding, the receptive field and the costs of layers.',
    )
    .argument('[picture]', 'as for sepconv itself; without one, and without --input, the built-in one')
    .option('-m, --mode <name>', listed(modeNames, 'depthwise'))
    .option('--svg <file>', 'draw it, too')
    .option('--force', 'replace an existing file')
    .option('--json', 'one object on stdout')
    .optionsGroup('Of a picture:')
    .option('--at <y,x>', 'row and column of the pixel in the result (default: its middle)')
    .option('-k, --kernel <filter>', 'as for sepconv itself')
    .option('-p, --pointwise <matrix>', 'as for sepconv itself')
    .option('--border <name>', listed(borders, 'replicate'))
    .option('--range <name>', listed(ranges, 'clamp'))
    .option('--flip', 'turn the filter by 180°')
    .option('--count-include-pad', 'the mean of a pooling counts the zeros of its padding')
    .optionsGroup('Of a layer by its sizes:')
    .option('--input <size>', 'height x width x channels, 224x224x32, or a batch of them, 8x224x224x32')
    .option('--kernel-size <n>', 'of the filter: n or height,width')
    .option('--out-channels <n>', 'default: as many as the input has')
    .option('--multiplier <n>', 'filters a channel, in modes depthwise and separable (default 1)')
    .option('--groups <n>', 'of channels, in modes standard and transposed (default 1)')
    .option(
      '--layers <file>',
      'JSON instead, a stack: [{ "mode": "standard", "kernelSize": 3, "strides": 2, "outChannels": 8 }, …]',
    )
    .optionsGroup('Of both:')
    .option('--window <n>', 'of a pooling: n or height,width (default 2)')
    .option('--strides <n>', 'n or height,width (default 1; of a pooling its window, in mode transposed 2)')
    .option('--dilations <n>', 'n or height,width (default 1)')
    .option('--padding <n>', 'same | same-lower | valid | n | height,width (default same, of a pooling valid)')
    .option('--ceil-mode', 'a last window of a pooling counts though it ends beyond the picture')
    .addHelpText('after', explainExamples)
    .action(explain);
}

const explainExamples = `
Examples
  sepconv explain photo.jpg --kernel sobel-x --at 12,34
  sepconv explain photo.jpg --mode separable --kernel gaussian:3 --pointwise luma --svg pixel.svg
  sepconv explain --mode separable --input 224x224x32 --kernel-size 3 --out-channels 64`;

/** Runs one command line and gives its exit status: 0 done, 1 failed, 2 wrong usage. */
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
  if (!(error instanceof SepconvError)) {
    process.stderr.write(`sepconv: unexpected ${error instanceof Error ? error.stack : error}\n`);
    return 1;
  }
  process.stderr.write(`sepconv: ${error.message.replace(/\s*\n\s*/g, ' ')}\n`);
  return error.code === 'ERR_OPTION' || error.code === 'ERR_PADDING' ? 2 : 1;
}
