// The present state as code: a call of the library, and a command line.
import { continueForTransposed } from '../../image/border.js';
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
  const beyond = continuedBy(job, shape);
  const own = op === 'convTranspose2d' ? beyond?.options : { border };
  const given = op === 'sepFilter2d' ? own : { ...options, groups, ...own };
  const uses = filters.length > 0 && op !== 'sepFilter2d' ? [op, 'tensor'] : [op];
  const declared = names.map((name, i) => `const ${name} = ${filterText(filters[i], op === 'sepFilter2d')};`);
  const call = [beyond ? 'input' : 'image', ...names, ...optionsText(given ?? {})].join(', ');
  return [
    `import { ${uses.join(', ')} } from 'sepconv';`,
    ...(beyond ? ["import { padImage } from 'sepconv/image';"] : []),
    '',
    `// image: { data: Float32Array, shape: [${shape.join(', ')}] }, samples from 0 to 255`,
    ...declared,
    ...(beyond ? [beyond.line] : []),
    `const output = ${op}(${call});`,
  ].join('\n');
}

function filterNames(op: Job['op'], count: number): string[] {
  if (op === 'sepFilter2d') return ['row', 'column'];
  return count === 2 ? ['depthwiseFilter', 'pointwiseFilter'] : ['filter'].slice(0, count);
}

function filterText({ data, shape }: Tensor, isPlain: boolean): string {
  return isPlain ? literal(data) : `tensor(${literal(data)}, ${literal(shape)})`;
}

function optionsText(options: Readonly<Record<string, unknown>>): string[] {
  const text = literal(options);
  return text === '{  }' ? [] : [text];
}

/** A value as code: names without quotes, nothing that is undefined. */
function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (value instanceof Float32Array) return `Float32Array.of(${Array.from(value, short).join(', ')})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${given.map(([name, each]) => `${name}: ${literal(each)}`).join(', ')} }`;
}

/** What continues the picture beyond its edges for a transposed convolution, whose padding holds no pixels of its own. */
function continuedBy({ op, border, ...job }: Job, shape: Shape) {
  if (op !== 'convTranspose2d' || border === undefined || border === 'zero') return undefined;
  const [, height, width] = shape;
  const plain = tensor(new Float32Array(height * width), [1, height, width, 1]);
  const { input, ...options } = continueForTransposed(plain, axesOfJob(shape, { op, ...job }), border);
  const [rows, columns] = [(input.shape[1] - height) / 2, (input.shape[2] - width) / 2];
  const sides = `{ top: ${rows}, bottom: ${rows}, left: ${columns}, right: ${columns} }`;
  return { line: `const input = padImage(image, ${sides}, '${border}');`, options };
}

/** The shortest decimal that rounds to the same float32. */
function short(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
