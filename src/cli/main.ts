#!/usr/bin/env node
// The command line: names, help, and how a program ends. What a command does is in the file of its name.
import { Command, CommanderError, Option } from 'commander';
import { SepconvError } from '../core/errors.js';
import { backends } from '../core/kernels.js';
import { borders } from '../image/border.js';
import { modeNames, modes } from '../image/modes.js';
import { ranges } from '../image/pixels.js';
import { kernelForms, mixForms } from '../image/presets.js';

import { convolve } from './convolve.js';
import { demo } from './demo.js';
import { info } from './info.js';
import { exitOnInterrupt } from './interrupt.js';
import { version } from './version.js';

const listed = (names: readonly string[], byDefault: string) => `${names.join(' | ')} (default ${byDefault})`;

const help = `
Modes
${modeNames.map((name) => `  ${name.padEnd(10)} ${modes[name].summary}`).join('\n')}

Presets
  --kernel     ${kernelForms.join('  ')}
  --pointwise  ${mixForms.join('  ')}
Both also take a .json or .npy file, or rows of numbers: "-1 0 1; -2 0 2; -1 0 1".
A pointwise matrix has one row per input channel and one column per output channel.

Examples
  sepconv --mode depthwise photo.jpg --kernel sobel-x -o edges.png
  sepconv --mode pointwise photo.jpg --pointwise sepia --show
  sepconv --mode separable photo.jpg --kernel gaussian:9 --pointwise luma -o soft.png`;

function createProgram(): Command {
  const program = new Command('sepconv')
    .description('Convolves a picture: depthwise, pointwise or separable. Without a picture it uses a built-in one.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'sepconv: ')) });
  program
    .argument('[picture]', 'PNG, JPEG, WebP, AVIF, TIFF or .npy; - reads standard input')
    .option('-m, --mode <name>', listed(modeNames, 'depthwise'))
    .option('-k, --kernel <filter>', 'the filter of each channel: preset, file or numbers (default sobel-x)')
    .option('-p, --pointwise <matrix>', 'the mix of channels: preset, file or numbers (default luma)')
    .option('-o, --output <file>', 'by its extension .png, .jpg, .webp, .avif, .tif or .npy; - writes PNG to stdout')
    .option('--strides <n>', 'pixels from one window to the next: n or height,width (default 1)')
    .option('--dilations <n>', 'pixels from one tap to the next: n or height,width (default 1)')
    .option('--padding <n>', 'same | same-lower | valid | n | height,width (default same)')
    .option('--border <name>', `what the padding holds: ${listed(borders, 'replicate')}`)
    .option('--range <name>', `how results become pixels: ${listed(ranges, 'clamp')}`)
    .option('--flip', 'turn the filter by 180°, as mathematical convolution does')
    .addOption(new Option('--backend <name>', listed(['auto', ...backends], 'auto')).env('SEPCONV_BACKEND'))
    .addOption(new Option('--isa <name>', 'instruction set: avx2, sse2, scalar, simd128 …').env('SEPCONV_ISA'))
    .addOption(new Option('--threads <n>', 'threads of the native backend').env('SEPCONV_THREADS'))
    .option('--show', 'show the result in the terminal; done by itself there without -o')
    .option('--force', 'replace an existing file')
    .option('--json', 'report shapes, backend, time and SHA-256 of the float32 results on stdout')
    .addHelpText('after', help)
    .action(convolve);
  program.command('info').description('what runs here, and why').option('--json', 'one object on stdout').action(info);
  program
    .command('demo')
    .description('pictures in every mode on every backend: are the outputs the same?')
    .argument('[pictures...]', 'in colour (default: a built-in one)')
    .option('--out-dir <folder>', 'where the results are written', 'demo-output')
    .action(demo);
  return program;
}

/** The exit status: 0 done, 1 failed, 2 wrong usage. A typed error is one line, anything else is a fault of this program. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof SepconvError)) {
    process.stderr.write(`sepconv: unexpected ${error instanceof Error ? error.stack : error}\n`);
    return 1;
  }
  process.stderr.write(`sepconv: ${error.message.replace(/\s*\n\s*/g, ' ')}\n`);
  return error.code === 'ERR_OPTION' || error.code === 'ERR_PADDING' ? 2 : 1;
}

exitOnInterrupt();
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
