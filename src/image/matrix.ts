// Matrices as people write them: rows of text, or nested lists of JSON and Python.
import { invalid, type SepconvError } from '../core/errors.js';
import { type Tensor, tensor } from '../core/tensor.js';

const example = 'write rows, "0 1; 1 0" or [[0, 1], [1, 0]]';

/**
 * Reads numbers: rows between semicolons or on lines, `"-1 0 1; -2 0 2"`, or nested lists, `[[-1, 0, 1], [-2, 0, 2]]`.
 * Rows may stand in brackets, as in MATLAB: `[-1 0 1; -2 0 2]`. Between numbers stand blanks or commas; a number may be a fraction, `1/9`.
 *
 * @param argument what the text was given as, for errors
 * @returns of rows [rows, columns], of nested lists as many sizes as they are deep
 * @throws SepconvError `ERR_OPTION`
 */
export function parseNumbers(argument: string, text: string): Tensor {
  const rows = /^\s*\[([^[\]]*;[^[\]]*)\]\s*$/.exec(text)?.[1] ?? text;
  return /^\s*\[/.test(rows) ? parseLists(argument, rows) : matrix(parseRows(argument, rows));
}

/**
 * Reads a text file of numbers: a row on each line, empty lines and what follows a `#` left out; or as `parseNumbers` does.
 *
 * @param name the file's name; in a `.csv` semicolons part numbers, as commas do
 * @throws SepconvError `ERR_OPTION`
 */
export function parseTextFile(name: string, text: string): Tensor {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const rows = lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
  const whole = rows.join('\n');
  return parseNumbers(name, /\.csv$/i.test(name) ? whole.replaceAll(';', ',') : whole);
}

/**
 * Reads a value of JSON: nested lists of numbers.
 *
 * @throws SepconvError `ERR_OPTION`
 */
export function fromLists(argument: string, value: unknown): Tensor {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const numbers: number[] = [];
  const walk = (item: unknown, [length, ...inner]: readonly number[]): void => {
    if (length === undefined) {
      numbers.push(checkNumber(argument, item));
    } else if (!Array.isArray(item)) {
      throw wrong(argument, 'lists of lists to one depth', item);
    } else if (item.length !== length) {
      throw wrong(argument, `lists of as many items each, ${length} as in the first one`, item);
    } else {
      for (const each of item) walk(each, inner);
    }
  };
  if (shape.length === 0) throw wrong(argument, 'nested lists of numbers', value);
  if (shape.includes(0)) throw wrong(argument, 'lists with numbers in them', 'an empty list');
  walk(value, shape);
  return tensor(Float32Array.from(numbers), shape);
}

/** Reads rows of numbers as text. */
export function parseRows(argument: string, text: string): number[][] {
  const rows = text
    .replace(/[;\s]+$/, '')
    .split(/[;\n]/)
    .map((row) => row.trim().split(/\s*,\s*|\s+/));
  const numbers = rows.map((row) => row.map((word) => readNumber(argument, word)));
  if (numbers.some((row) => row.length !== numbers[0].length)) {
    const lengths = numbers.map((row) => row.length);
    throw wrong(argument, 'rows of as many numbers each', `rows of ${lengths.join(', ')}`);
  }
  return numbers;
}

/** Rows of equal length as a [rows, columns] tensor. */
export function matrix(rows: readonly (readonly number[])[]): Tensor {
  return tensor(Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
}

/** Nested lists as text: JSON but for fractions, numbers such as .5, and a comma after the last item. */
function parseLists(argument: string, text: string): Tensor {
  const json = text.replace(/[^\s,[\]]+/g, (word) => String(readNumber(argument, word))).replace(/,\s*(?=\])/g, '');
  let lists: unknown;
  try {
    lists = JSON.parse(json);
  } catch (cause) {
    const isOpen = [...json].filter((c) => c === '[').length !== [...json].filter((c) => c === ']').length;
    throw wrong(argument, isOpen ? 'a ] for every [' : 'lists with commas between their items', text, cause);
  }
  return fromLists(argument, lists);
}

/** Reads `-2`, `.5`, `1e-3` or `1/9`. */
function readNumber(argument: string, word: string): number {
  const parts = word
    .split('/')
    .map((part) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part) ? Number(part) : NaN));
  const value = parts.length === 2 ? parts[0] / parts[1] : parts.length === 1 ? parts[0] : NaN;
  if (Number.isFinite(value)) return checkNumber(argument, value);
  const fix = 'write each as -2, .5, 1e-3 or 1/9';
  throw invalid('ERR_OPTION', argument, 'numbers', word === '' ? 'nothing between two separators' : word, fix);
}

/** Checks that a value is a number that float32 holds. */
function checkNumber(argument: string, value: unknown): number {
  if (typeof value !== 'number') throw wrong(argument, 'numbers in the lists', value);
  if (Number.isFinite(Math.fround(value))) return value;
  throw invalid('ERR_OPTION', argument, 'numbers of at most 3.4e38', value, 'use smaller numbers');
}

function wrong(argument: string, expected: string, received: unknown, cause?: unknown): SepconvError {
  const error = invalid('ERR_OPTION', argument, expected, received, example);
  return cause === undefined ? error : Object.assign(error, { cause });
}
