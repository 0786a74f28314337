// What the help says below the options.
import { type Mode, type ModeName, modeNames, modeOptions, modes } from '../image/modes.js';
import { flagOf } from '../image/option-texts.js';
import { kernelForms, kernelPreset, mixForms } from '../image/presets.js';
import { type LayerSizes, sizesOf } from './explain/layers.js';
import { hasBothSigns } from './notes.js';

const signedKernels = kernelForms.filter((form) => !form.includes(':') && hasBothSigns(kernelPreset(form)));

/** Which of some options each mode takes: a row for each option, a column for each mode. */
function tableOfModes<Name extends string>(options: readonly Name[], takes: (mode: ModeName, option: Name) => boolean) {
  const flags = options.map((option) => `--${flagOf(option)}`);
  const width = Math.max(...flags.map(({ length }) => length));
  const rows = options.map((option, i) => {
    const marks = modeNames.map((mode) => (takes(mode, option) ? 'x' : '').padEnd(mode.length));
    return `  ${flags[i].padEnd(width)}  ${marks.join('  ')}`.trimEnd();
  });
  return [`  ${' '.repeat(width)}  ${modeNames.join('  ')}`, ...rows].join('\n');
}

const sizeOptions: readonly (keyof LayerSizes)[] = [
  'kernelSize',
  'window',
  'outChannels',
  'multiplier',
  'groups',
  'strides',
  'dilations',
  'padding',
  'ceilMode',
];

/** Below the options of a picture. */
export const help = `
Sizes and positions have the height first: height × width × channels, and y,x. n,n is height,width.
Of an option that is given twice the last one counts.

Modes
${modeNames.map((name) => `  ${name.padEnd(11)} ${modes[name].summary}`).join('\n')}

Options that they take
${tableOfModes(modeOptions, (mode, option) => (modes[mode] as Mode).options.includes(option))}

Filters
  --kernel     ${kernelForms.slice(0, 9).join('  ')}
               ${kernelForms.slice(9).join('  ')}
  --pointwise  ${mixForms.join('  ')}
k is a number of taps across and down (of motion across), sigma is in pixels, s are the strides to enlarge by,
x is 0 for grey and 1 for no change.
${signedKernels.join(', ')} give results of both
signs: --range abs shows them.
Both also take a .json, .npy, .txt or .csv file, rows "-1 0 1; -2 0 2; -1 0 1" or lists "[[-1, 0, 1], [1/9, 2, .5]]".
A filter is [height, width], the same for every channel, or [height, width, channels], or with a fourth size: the
multiplier in modes depthwise and separable, the output channels in modes standard and transposed.
A pointwise matrix has one row per input channel and one column per output channel.

Examples
  sepconv photo.jpg --mode depthwise --kernel sobel-x --range abs -o edges.png
  sepconv photo.jpg --mode pointwise --kernel sepia --show
  sepconv photo.jpg --mode separable --kernel gaussian:9 --pointwise luma -o soft.png
  sepconv photo.jpg --mode transposed --strides 2 -o twice.png
  sepconv explain photo.jpg --mode separable --kernel gaussian:3 --at 120,200

The exit status is 0 where all is done, 1 where something failed, 2 for wrong usage, 130 after an interrupt.`;

/** Below the options of `explain`. */
export const explainHelp = `
sepconv --help tells the modes, their filters and which options each takes for a picture. By its sizes a layer takes
${tableOfModes(sizeOptions, (mode, option) => sizesOf(mode).includes(option))}

Examples
  sepconv explain photo.jpg --kernel sobel-x --at 12,34
  sepconv explain photo.jpg --mode separable --kernel gaussian:3 --pointwise luma --svg pixel.svg
  sepconv explain --mode separable --input 224x224x32 --kernel-size 3 --out-channels 64`;

/** Below the options of `batch`. */
export const batchExamples = `
In a template {dir} is the place of a picture below its folder, {stem} its name, {ext} its extension.
sepconv --help tells the modes, their filters and which options each takes.
Ctrl-C finishes what is in hand, a second one ends at once; --resume then goes on.

Examples
  sepconv batch 'photos/**/*.jpg' --kernel sobel-x --range abs --out-dir edges
  sepconv batch photos --mode spatial --kernel gaussian:9 --out-dir soft --name '{dir}/{stem}.webp'
  find photos -newer last.txt | sepconv batch - --mode pointwise --kernel luma --out-dir grey --json`;
