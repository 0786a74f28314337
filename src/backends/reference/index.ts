// The specification: every op in plain loops, each product and each sum rounded to float32. Every other backend is
// compared with this one, bit for bit.
import { allocateBytes, copyOf } from '../../core/arrays.js';
import type { Kernels, Memory, OpName, Plan, Step } from '../../core/kernels.js';
import { dtypes } from '../../core/params.js';
import { arrayAt, type ByteExtents, byteExtentsOf, holdMemory } from '../../core/places.js';
import { Slices } from '../../core/slices.js';
import { activation } from './activation.js';
import { conv2d } from './conv2d.js';
import { depthwise } from './depthwise.js';
import { computeElements, countElements, type ElementPass } from './image.js';
import type { Operands, ReferenceKernel } from './kernel.js';
import { pointwise } from './pointwise.js';
import { pooling } from './pooling.js';
import { sepFilter } from './sep-filter.js';
import { separable } from './separable.js';
import { transposed } from './transposed.js';

const kernels: Record<OpName, ReferenceKernel> = {
  depthwise,
  pointwise,
  separable,
  conv2d,
  transposed,
  pooling,
  activation,
  sepFilter,
};

/** A plan of this backend. */
interface ReferencePlan extends Plan, ByteExtents {
  passes(operands: Operands): readonly ElementPass[];
}

/** What a product takes on a slow machine, and what an element takes beside its products. */
const productNanoseconds = 20;
const elementNanoseconds = 100;

export type { Operands };

export const reference: Kernels = {
  backend: 'reference',
  isa: 'none',
  threads: 1,
  precision: 'exact',
  shortWork: 2 ** 12,
  prepare(op, stages) {
    const own = stages.map((stage) => ({ ...stage, filter: copyOf(stage.filter) }));
    return {
      plan: (params): ReferencePlan => ({
        params,
        units: 1,
        scratchBytes: 0,
        ...byteExtentsOf(params),
        passes: (operands) => kernels[op](params, own, operands),
      }),
      dispose: () => {},
    };
  },
  allocate: plainMemory,
  holds: () => false,
  run(steps) {
    for (const step of steps) {
      for (const pass of passesOf(step)) computeElements(pass, 0, countElements(pass));
    }
  },
  async start(steps, signal, waited) {
    const release = holdMemory(steps);
    try {
      const slices = new Slices(signal, waited);
      for (const step of steps) {
        const products = step.plan.params.reduce((sum, p) => sum + p.products, 0);
        for (const pass of passesOf(step)) {
          await slices.run({
            units: countElements(pass),
            nanoseconds: elementNanoseconds + productNanoseconds * products,
            run: (begin, end) => computeElements(pass, begin, end),
          });
        }
      }
    } finally {
      release();
    }
  },
};

function passesOf({ plan, input, output, residual }: Step): readonly ElementPass[] {
  const { params, inputBytes, outputBytes, passes } = plan as ReferencePlan;
  const outputType = dtypes[params[params.length - 1].outputType];
  return passes({
    input: arrayAt(input, inputBytes, dtypes[params[0].inputType]),
    output: arrayAt(output, outputBytes, outputType),
    residual: residual && arrayAt(residual, outputBytes, outputType),
  });
}

/** Memory that JavaScript collects. */
function plainMemory(bytes: number): Memory {
  return { bytes, buffer: allocateBytes(bytes, 'a tensor'), byteOffset: 0, retain() {}, release() {} };
}
