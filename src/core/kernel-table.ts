// The kernels of a compiled backend. Each op has one that reads and writes NHWC and goes by the op's name; most
// convolutions have another one for NCHW. The params tell a kernel of what types its operands are.
import { type OpName, opNames } from './kernels.js';
import { type Layout, layouts, type Params } from './params.js';

/** What a kernel computes, and how it finds and leaves its operands. */
interface KernelRow {
  readonly op: OpName;
  readonly layout: Layout;
  readonly name: string;
}

const rows: readonly KernelRow[] = [
  ...opNames.map((op): KernelRow => ({ op, layout: 'NHWC', name: op })),
  { op: 'depthwise', layout: 'NCHW', name: 'depthwisePlanes' },
  { op: 'pointwise', layout: 'NCHW', name: 'productPlanes' },
  { op: 'separable', layout: 'NCHW', name: 'separablePlanes' },
  { op: 'conv2d', layout: 'NCHW', name: 'productPlanes' },
];

/** All of them, by name. */
export const kernelNames: readonly string[] = [...new Set(rows.map(({ name }) => name))];

/** The kernel for an op whose first stage has these params: of its layout if there is one, else for NHWC. */
export function kernelFor(op: OpName, first: Pick<Params, 'layout'>): KernelRow {
  const find = (layout: Layout) => rows.find((row) => row.op === op && row.layout === layout);
  return find(layouts[first.layout]) ?? (find('NHWC') as KernelRow);
}
