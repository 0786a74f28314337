// Which instruction set serves where two differ: what the data says for the processor, and a named one alone.
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { BackendSource, Kernels } from '../src/core/kernels.js';
import { sizeOf } from '../src/core/shape.js';
import type { Tensor } from '../src/core/tensor.js';
import { createRuntime, type Runtime } from '../src/entries/node.js';
import { dense, depthwise, type MeasuredLayer, pointwise, separable } from '../src/measure/layer.js';
import { makeOperands, prepareLayer } from '../src/measure/operands.js';
import { operationsOn } from '../src/ops/index.js';
import { joinIsas } from '../src/runtime/joined-isas.js';
import { select } from '../src/runtime/select.js';

/** Kernels that compute as the reference does, and note where each plan is made. */
function noting(isa: string, planned: string[]): Kernels {
  const prepare: Kernels['prepare'] = (op, stages) => {
    const prepared = reference.prepare(op, stages);
    return {
      plan(params) {
        planned.push(isa);
        return prepared.plan(params);
      },
      dispose: () => prepared.dispose(),
    };
  };
  return { ...reference, backend: 'native', isa, prepare, run: (steps) => reference.run(steps) };
}

function sourceOf(processor: string, planned: string[] = []): BackendSource {
  return {
    backend: 'native',
    isas: () => ['avx512', 'avx2'],
    processor: () => processor,
    load: (isa) => noting(isa, planned),
  };
}

/** The instruction sets that run images of these sides. */
function servedBy(
  processor: string,
  layer: MeasuredLayer,
  layout: 'NHWC' | 'NCHW',
  sides: readonly number[],
): string[] {
  const planned: string[] = [];
  const source = sourceOf(processor, planned);
  const kernels = joinIsas(source, source.load('avx512'), ({ isa }) => source.load(isa), []);
  const operator = prepareLayer(operationsOn(() => kernels) as Runtime, layer, makeOperands(layer).filters, layout);
  const channels = layer.input[3];
  for (const side of sides) {
    const shape = layout === 'NHWC' ? [1, side, side, channels] : [1, channels, side, side];
    operator.run({ data: new Float32Array(sizeOf(shape)), shape });
  }
  operator[Symbol.dispose]();
  return planned;
}

const cases = (
  [
    [depthwise(28, 64), 'NHWC', 'avx512'],
    [depthwise(28, 8), 'NHWC', 'avx2'],
    [depthwise(28, 64), 'NCHW', 'avx2'],
    [depthwise(24, 64), 'NCHW', 'avx512'],
    [depthwise(56, 64, { strides: 2 }), 'NCHW', 'avx512'],
    [depthwise(56, 64, { dilations: 2 }), 'NCHW', 'avx512'],
    [depthwise(56, 64, { kernel: 7 }), 'NCHW', 'avx512'],
    [depthwise(14, 64, { multiplier: 2 }), 'NCHW', 'avx2'],
    [pointwise(9, 96, 24), 'NHWC', 'avx2'],
    [pointwise(9, 96, 32), 'NHWC', 'avx512'],
    [pointwise(9, 96, 24), 'NCHW', 'avx512'],
    [dense(9, 64, 64, { groups: 8 }), 'NHWC', 'avx2'],
    [dense(9, 64, 64, { groups: 4 }), 'NHWC', 'avx512'],
    [separable(9, 8, 8), 'NHWC', 'avx2'],
    [separable(9, 64, 24), 'NHWC', 'avx512'],
  ] as const
).map(([layer, layout, isa]) => ({ name: `${layer.name} ${layout}`, layer, layout, isa }));

describe('auto', () => {
  test.each(cases)('$name: $isa on Zen 4', ({ layer, layout, isa }) => {
    expect(servedBy('zen4', layer, layout, [layer.input[1]])).toEqual([isa]);
  });

  test.each(cases)('$name: the widest where nothing is known of the processor', ({ layer, layout }) => {
    expect(servedBy('', layer, layout, [layer.input[1]])).toEqual(['avx512']);
  });

  test('one operator serves narrow and wide planes each by its own', () => {
    expect(servedBy('zen4', depthwise(24, 16), 'NCHW', [24, 25, 24])).toEqual(['avx512', 'avx2', 'avx512']);
  });

  test.each(cases)('$name has the bits of the reference', async ({ layer, layout }) => {
    const { input, filters } = makeOperands(layer);
    const [n, h, w, c] = layer.input;
    const image: Tensor = { data: input.data as Float32Array, shape: layout === 'NHWC' ? [n, h, w, c] : [n, c, h, w] };
    const [expected, actual] = [await createRuntime({ backend: 'reference' }), await createRuntime()].map(
      (runtime) => prepareLayer(runtime, layer, filters, layout).run(image).data,
    );
    expect(actual).toEqual(expected);
  });
});

describe('a helper', () => {
  const hostOf = (loads: string[], isBroken = false) => {
    const load: BackendSource['load'] = (isa) => {
      loads.push(isa);
      const kernels = noting(isa, []);
      return isBroken && isa === 'avx2' ? { ...kernels, run() {} } : kernels;
    };
    return { sources: [{ ...sourceOf('zen4'), load }], environment: {}, join: joinIsas };
  };

  test('is tested before it serves, and named among the reasons', () => {
    const loads: string[] = [];
    const { kernels, reasons } = select(hostOf(loads));
    expect(loads).toEqual(['avx512', 'avx2']);
    expect(kernels.isa).toBe('avx512');
    expect(reasons).toEqual([
      'native/avx2: serves what it does faster than avx512 on this processor',
      'native/avx512: the best that runs here',
    ]);
  });

  test('that fails its test is left out', () => {
    const { kernels, reasons } = select(hostOf([], true));
    expect(kernels.isa).toBe('avx512');
    expect(reasons).toEqual([
      expect.stringMatching(/^native\/avx2: the self-test of /),
      'native/avx512: the best that runs here',
    ]);
  });

  test.each(['avx512', 'avx2'])('does not serve where %s is asked for by name', (isa) => {
    const loads: string[] = [];
    const { kernels, reasons } = select(hostOf(loads), { isa });
    expect(loads).toEqual([isa]);
    expect([kernels.isa, reasons.at(-1)]).toEqual([isa, `native/${isa}: asked for by name`]);
  });

  test('serves where the backend alone is named', () => {
    const loads: string[] = [];
    select(hostOf(loads), { backend: 'native' });
    expect(loads).toEqual(['avx512', 'avx2']);
  });
});
