// The present state as code: a call of the library, and a command line.
import type { Border } from '../../core/params.js';
import { continueForTransposed, continueForWindows } from '../../image/border.js';
import { axesOfJob } from '../../image/convolve.js';
import type { Job } from '../../image/job.js';
import { type ReadSettings, textOf } from './job.js';
import { type Shape, type Tensor, tensor } from './library.js';

export interface CodeFor {
  readonly library: string;
  readonly command: string;
}

export function codeFor(read: ReadSettings, shape: Shape): CodeFor {
  return { library: libraryCall(read, shape), command: commandLine(read) };
}

/** Names what is not as the mode has it by default, too: the line says all that was chosen. */
function commandLine({ mode, settings, range }: ReadSettings): string {
  const words = Object.entries({ ...settings, range }).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === 'boolean') return value ? [flag] : [];
    const text = textOf(value);
    return [`${flag}${text.startsWith('-') ? '=' : ' '}${quoted(text)}`];
  });
  return `sepconv --mode ${mode} picture.png ${words.join(' ')} -o result.png`;
}

/** In the quotes of a shell, where there is need. */
function quoted(text: string): string {
  return /^[\w:.,/-]+$/.test(text) ? text : `'${text}'`;
}

function libraryCall({ job }: ReadSettings, shape: Shape): string {
  const { op, filters, groups, options, border } = job;
  const names = filterNames(op, filters.length);
  const beyond = op === 'sepFilter2d' ? undefined : continuedBy(job, shape);
  const given = op === 'sepFilter2d' ? { border } : { ...options, groups, ...beyond?.options };
  const isCalled = filters.length > 0 && op !== 'sepFilter2d';
  const uses = isCalled || beyond ? [op, 'tensor'] : [op];
  const declared = names.map((name, i) => `const ${name} = ${filterText(filters[i], op === 'sepFilter2d')};`);
  const call = [beyond ? 'input' : 'image', ...names, ...optionsText(given)].join(', ');
  return [
    `import { ${uses.join(', ')} } from 'sepconv';`,
    '',
    `// image: { data: Float32Array, shape: [${shape.join(', ')}] }, samples from 0 to 255`,
    ...declared,
    ...(beyond?.lines ?? []),
    `const output = ${op}(${call});`,
  ].join('\n');
}

function filterNames(op: Job['op'], count: number): string[] {
  if (op === 'sepFilter2d') return ['row', 'column'];
  return count === 2 ? ['depthwiseFilter', 'pointwiseFilter'] : ['filter'].slice(0, count);
}

function filterText({ data, shape }: Tensor, isPlain: boolean): string {
  const numbers = `Float32Array.of(${Array.from(data, short).join(', ')})`;
  return isPlain ? numbers : `tensor(${numbers}, [${shape.join(', ')}])`;
}

function optionsText(options: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  const written = entries.map(([name, value]) => {
    const text = JSON.stringify(value)
      .replace(/"(\w+)":/g, ' $1: ')
      .replaceAll('"', "'")
      .replaceAll(',', ', ');
    return `${name}: ${text.replace(/}$/, ' }').replaceAll('  ', ' ')}`;
  });
  return written.length === 0 ? [] : [`{ ${written.join(', ')} }`];
}

/** Which pixel stands for one beyond the edge. */
const sources: Record<Exclude<Border, 'zero'>, string> = {
  replicate: 'const source = (i, n) => Math.max(0, Math.min(n - 1, i));',
  reflect: `const source = (i, n) => {
  const period = Math.max(1, 2 * n - 2);
  const folded = ((i % period) + period) % period;
  return folded < n ? folded : period - folded;
};`,
  wrap: 'const source = (i, n) => ((i % n) + n) % n;',
};

/** Lines that continue the picture beyond its edges, where windows see beyond them, and the options that remain. */
function continuedBy(job: Job, shape: Shape) {
  const { op, border } = job;
  if (border === undefined || border === 'zero') return undefined;
  const axes = axesOfJob(shape, job);
  const [, height, width, channels] = shape;
  const plain = tensor(new Float32Array(height * width), [1, height, width, 1]);
  const isEnlarged = op === 'convTranspose2d';
  const { input, ...options } = (isEnlarged ? continueForTransposed : continueForWindows)(plain, axes, border);
  const [, rows, columns] = input.shape;
  if (rows === height && columns === width) return undefined;
  const [top, left] = isEnlarged
    ? [(rows - height) / 2, (columns - width) / 2]
    : [axes.vertical.before, axes.horizontal.before];
  const lines = [
    `// The picture goes on beyond its edges: ${border}.`,
    sources[border],
    `const pixels = new Float32Array(${rows} * ${columns} * ${channels});`,
    `for (let y = 0, i = 0; y < ${rows}; y++) {`,
    `  for (let x = 0; x < ${columns}; x++) {`,
    `    const pixel = source(y - ${top}, ${height}) * ${width} + source(x - ${left}, ${width});`,
    `    for (let c = 0; c < ${channels}; c++) pixels[i++] = image.data[pixel * ${channels} + c];`,
    '  }',
    '}',
    `const input = tensor(pixels, [1, ${rows}, ${columns}, ${channels}]);`,
  ];
  return { lines, options };
}

/** The shortest decimal that rounds to the same float32. */
function short(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
