// For backends whose kernels read NHWC only: converts NCHW operands on the way in and out.
import { typedArrayName } from '../core/arrays.js';
import type { Operands, Prepared } from '../core/kernels.js';
import { imageShape, inputSize, outputSize, permute } from '../core/layout.js';
import { layouts, type Params } from '../core/params.js';
import { type ArrayType, allocate, type Shape, type TensorData } from '../core/tensor.js';

const channelsFirst = layouts.indexOf('NCHW');

/** The same operator, for both layouts. */
export function channelsLast(prepared: Prepared): Prepared {
  return {
    run(params, operands) {
      if (params[0].layout === channelsFirst) runConverted(prepared, params, operands);
      else prepared.run(params, operands);
    },
    dispose: () => prepared.dispose(),
  };
}

function runConverted(prepared: Prepared, params: readonly Params[], operands: Operands): void {
  const input = imageShape(inputSize(params[0]), 'NCHW');
  const output = outputSize(params[params.length - 1]);
  const toLast = <D extends TensorData>(data: D, shape: Shape): D => permute(data, shape, [0, 2, 3, 1]);
  const converted = allocate(typedArrayName(operands.output) as ArrayType, operands.output.length);
  prepared.run(
    params.map((stage) => ({ ...stage, layout: layouts.indexOf('NHWC') })),
    {
      input: toLast(operands.input, input),
      output: converted,
      residual: operands.residual && toLast(operands.residual, imageShape(output, 'NCHW')),
    },
  );
  operands.output.set(permute(converted, imageShape(output, 'NHWC'), [0, 3, 1, 2]));
}
