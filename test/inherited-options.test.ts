// Options that are not the object's own: defaults behind Object.create, getters of a class. Every way of calling reads them.
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { depthwiseConv2d, outputShape } from '../src/entries/node.js';
import { operationsOn } from '../src/ops/index.js';
import { opCases } from './support/async-cases.js';
import { expectSameBits } from './support/bits.js';
import { type Call, callOf, outputOf } from './support/cases.js';
import { ones } from './support/tensors.js';

type Options = Readonly<Record<string, unknown>>;
type Function = (...given: readonly unknown[]) => unknown;

const kinds: readonly (readonly [string, (options: Options) => object])[] = [
  ['behind Object.create', (options) => Object.create(options)],
  [
    'getters of a class',
    (options) => {
      class Getters {}
      for (const [name, value] of Object.entries(options)) {
        Object.defineProperty(Getters.prototype, name, { get: () => value });
      }
      return new Getters();
    },
  ],
];

/** What stands between the input and the options, and the options that are left. */
function argumentsOf({ name, filters, options, residual }: Call): readonly [readonly unknown[], Options] {
  const { activation, ...rest } = options as Options;
  if (name === 'activate') return [[activation], rest];
  if (name === 'add') return [[residual], options as Options];
  const given = { ...options, residual } as Options;
  return name === 'sepFilter2d' ? [filters.map(({ data }) => data), options as Options] : [filters, given];
}

describe.each(kinds)('%s', (_, make) => {
  test.each(opCases)('$name', async ({ name, about }) => {
    const operations = operationsOn(() => reference) as unknown as Record<string, Function>;
    const call = callOf(name, about);
    const answer = outputOf(reference, call);
    const [first, options] = argumentsOf(call);
    const out = { data: answer.data.slice().fill(7), shape: answer.shape };
    const given = make({ ...options, out });
    expect(operations[name](call.input, ...first, given)).toBe(out);
    expectSameBits(name, out, answer, call.layout, about);
    out.data.fill(7);
    expect(await operations[`${name}Async`](call.input, ...first, given)).toBe(out);
    expectSameBits(name, out, answer, call.layout, about);
    const aborted = make({ ...options, signal: AbortSignal.abort(new Error('enough')) });
    await expect(operations[`${name}Async`](call.input, ...first, aborted)).rejects.toThrow('enough');
  });

  test('of a prepared operator, of its runs and of the analysis', () => {
    const [image, filter] = [ones(1, 5, 5, 1), ones(3, 3, 1, 1)];
    const options = make({ strides: 2, padding: 'same' });
    const shape = outputShape('depthwiseConv2d', image.shape, filter.shape, options);
    expect(shape).toEqual([1, 3, 3, 1]);
    expect(depthwiseConv2d(image, filter, options).shape).toEqual(shape);
    const prepared = operationsOn(() => reference).prepareDepthwiseConv2d(filter, options);
    const out = ones(1, 3, 3, 1);
    expect(prepared.run(image, make({ out }))).toBe(out);
  });

  test('a name that is none may be behind an object, as methods are, and not on it', () => {
    const [image, filter] = [ones(1, 5, 5, 1), ones(3, 3, 1, 1)];
    expect(depthwiseConv2d(image, filter, make({ stride: 2 })).shape).toEqual([1, 3, 3, 1]);
    const own: object = Object.assign(make({ strides: 2 }), { stride: 2 });
    expect(() => depthwiseConv2d(image, filter, own)).toThrow(/options: expected one of .*strides.*got "stride"/);
  });
});
