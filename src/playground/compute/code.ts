// The present state as code: a call of the library, and a command line.
import type { Settings } from '../settings.js';
import type { ReadSettings } from './job.js';
import type { Shape } from './library.js';

export interface CodeFor {
  readonly library: string;
  readonly command: string;
}

export function codeFor(settings: Settings, read: ReadSettings, shape: Shape): CodeFor {
  return { library: libraryCall(read, shape), command: commandLine(settings, read) };
}

/** In POSIX quotes. */
function quoted(text: string): string {
  return /^[\w:.,/-]+$/.test(text) ? text : `'${text}'`;
}

function commandLine(settings: Settings, { job, range, kernelText, pointwiseText }: ReadSettings): string {
  const { windowDimensions, strides, dilations, padding, activation } = job.options;
  const pair = (value: unknown) => (value === undefined ? undefined : [value].flat().join(','));
  const options: Record<string, string | undefined> = {
    kernel: kernelText,
    pointwise: pointwiseText,
    window: pair(windowDimensions),
    strides: pair(strides),
    dilations: pair(dilations),
    padding: settings.mode === 'spatial' ? undefined : pair(padding),
    border: job.border,
    activation: activation === undefined ? undefined : String(activation),
    range,
  };
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [`--${name}${/^-/.test(value) ? '=' : ' '}${quoted(value)}`];
  });
  if (settings.flip && kernelText !== undefined) words.push('--flip');
  return `sepconv --mode ${settings.mode} picture.png ${words.join(' ')} -o result.png`;
}

function libraryCall({ job }: ReadSettings, [, height, width, channels]: Shape): string {
  const { op, filters, groups, options, border } = job;
  const names =
    op === 'sepFilter2d'
      ? ['row', 'column']
      : filters.length === 2
        ? ['depthwiseFilter', 'pointwiseFilter']
        : ['filter'];
  const given = { ...(op === 'sepFilter2d' ? { border } : options), groups };
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const written = entries.map(([name, value]) => `${name}: ${JSON.stringify(value).replaceAll('"', "'")}`).join(', ');
  const uses = op === 'sepFilter2d' ? [op] : filters.length > 0 ? [op, 'tensor'] : [op];
  const filterLines = filters.slice(0, names.length).map(({ data, shape }, i) => {
    const numbers = `Float32Array.of(${Array.from(data, shortest).join(', ')})`;
    return `const ${names[i]} = ${op === 'sepFilter2d' ? numbers : `tensor(${numbers}, [${shape.join(', ')}])`};`;
  });
  const input = `// image: { data: Float32Array, shape: [1, ${height}, ${width}, ${channels}] }, samples from 0 to 255`;
  const call = `${op}(${['image', ...names.slice(0, filters.length), ...(written ? [`{ ${written} }`] : [])].join(', ')})`;
  return [`import { ${uses.join(', ')} } from 'sepconv';`, '', input, ...filterLines, `const output = ${call};`].join(
    '\n',
  );
}

/** The shortest decimal that rounds to the same float32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
