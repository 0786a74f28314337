// The options that several commands have, and what is checked of the options of every command.
import { type Command, Option } from 'commander';
import { invalid } from '../core/errors.js';
import { backends } from '../core/kernels.js';
import { borders } from '../core/params.js';
import { activationForms } from '../image/activation-texts.js';
import { modeNames } from '../image/modes.js';

export const listed = (names: readonly string[], byDefault: string) => `${names.join(' | ')} (default: ${byDefault})`;

export const maxPixelsHelp = 'of the largest picture that is decoded (default: 268402689)';
export const threadsHelp = 'that share in a call (default: native as many as it is worth, wasm one)';
export const forceHelp = 'replace existing files';
export const jsonHelp = 'print one object on stdout';

/** What is done to a picture. */
export function addJobOptions(command: Command): Command {
  return command
    .option('-m, --mode <name>', listed(modeNames, 'depthwise'))
    .option(
      '-k, --kernel <filter>',
      'preset, file or numbers, in mode pointwise the matrix (default: sobel-x; in mode pointwise luma, in mode transposed bilinear:s of its strides)',
    )
    .option(
      '-p, --pointwise <matrix>',
      'the mix of channels: preset, file or numbers (default: luma, or mean or identity where there are not three)',
    )
    .option('--window <n>', 'of a pooling: n or n,n (default: 2)')
    .option(
      '--strides <n>',
      'pixels from one result to the next: n or n,n (default: 1; of a pooling its window, in mode transposed 2)',
    )
    .option('--dilations <n>', 'pixels from one tap to the next: n or n,n (default: 1)')
    .option(
      '--padding <n>',
      'same keeps the size (same-lower: the odd pixel first), valid has none, n or n,n pixels on each side (default: same, of a pooling valid)',
    )
    .option('--border <name>', `what a filter sees beyond the edges: ${listed(borders, 'replicate')}`)
    .option('--bias <n>', 'added to the products: n, or n,n,… for the output channels (default: 0)')
    .option('--activation <name>', `of the results: ${listed(activationForms, 'linear')}`)
    .option('--flip', 'turn the filter by 180°, as mathematical convolution does')
    .option('--ceil-mode', 'let a last window of a pooling count though it ends beyond the picture')
    .option('--count-include-pad', 'let the mean of a pooling count the zeros of its padding');
}

export function addRange(command: Command): Command {
  return command.option(
    '--range <name>',
    'how results become samples: clamp cuts them off, abs drops the signs, normalize spreads all (default: clamp)',
  );
}

/** What computes. */
export function addMachineOptions(command: Command): Command {
  return command
    .optionsGroup('Machine:')
    .addOption(new Option('--backend <name>', listed(['auto', ...backends], 'auto')).env('SEPCONV_BACKEND'))
    .addOption(new Option('--isa <name>', 'instruction set: avx2, sse2, scalar, simd128 …').env('SEPCONV_ISA'))
    .addOption(new Option('--threads <n>', threadsHelp).env('SEPCONV_THREADS'))
    .option('--max-pixels <n>', maxPixelsHelp);
}

/**
 * Refuses what would be passed over in silence: options of the program before the name of another command, and empty
 * values.
 *
 * @throws SepconvError `ERR_OPTION`
 */
export function checkGiven(program: Command, command: Command): void {
  const given = (of: Command) =>
    of.options.filter((option) => of.getOptionValueSource(option.attributeName()) === 'cli');
  const isOther = command !== program;
  for (const option of isOther ? given(program) : []) {
    const place = `no option before the command ${command.name()}`;
    throw invalid('ERR_OPTION', option.name(), place, option.long, 'write it behind the command');
  }
  for (const option of given(command)) {
    const values = [command.getOptionValue(option.attributeName())].flat();
    if (!values.includes('')) continue;
    throw invalid('ERR_OPTION', option.name(), 'a value', '', 'give one, or leave the option out');
  }
  const empty = command.args.indexOf('');
  if (empty < 0) return;
  const { registeredArguments: known } = command;
  throw invalid('ERR_OPTION', known[Math.min(empty, known.length - 1)].name(), 'a value', '', 'give one, or nothing');
}
