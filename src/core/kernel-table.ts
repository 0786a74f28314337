// The kernels of a compiled backend. Each op has one that reads and writes NHWC and goes by the op's name; most
// convolutions have another one for NCHW.
import { type OpName, opNames } from './kernels.js';
import { type Dtype, dtypes, type Layout, layouts, type Params } from './params.js';

/** What a kernel computes, and how it finds and leaves its operands. */
interface KernelRow {
  readonly op: OpName;
  readonly layout: Layout;
  readonly input: Dtype;
  readonly output: Dtype;
  readonly name: string;
}

const float = (op: OpName, layout: Layout, name: string): KernelRow => ({
  op,
  layout,
  input: 'float32',
  output: 'float32',
  name,
});

const rows: readonly KernelRow[] = [
  ...opNames.map((op) => float(op, 'NHWC', op)),
  float('depthwise', 'NCHW', 'depthwisePlanes'),
  float('pointwise', 'NCHW', 'productPlanes'),
  float('separable', 'NCHW', 'separablePlanes'),
  float('conv2d', 'NCHW', 'productPlanes'),
  { op: 'sepFilter', layout: 'NHWC', input: 'uint8', output: 'uint8', name: 'sepFilter' },
];

/** All of them, by name. */
export const kernelNames: readonly string[] = [...new Set(rows.map(({ name }) => name))];

/** The kernel for an op whose first and last stage have these params: of their layout if there is one, else for NHWC. */
export function kernelFor(op: OpName, first: Pick<Params, 'layout' | 'inputType'>, last: Pick<Params, 'outputType'>) {
  const find = (layout: Layout) =>
    rows.find(
      (row) =>
        row.op === op &&
        row.layout === layout &&
        row.input === dtypes[first.inputType] &&
        row.output === dtypes[last.outputType],
    );
  return find(layouts[first.layout]) ?? (find('NHWC') as KernelRow);
}
