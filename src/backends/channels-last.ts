// For backends whose kernels read NHWC only: converts NCHW operands on the way in and out.
import type { Operands, Prepared } from '../core/kernels.js';
import { imageShape, inputSize, outputSize, permute } from '../core/layout.js';
import { layouts, type Params } from '../core/params.js';

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
  const input = inputSize(params[0]);
  const output = outputSize(params[params.length - 1]);
  const toLast = (data: Operands['input'], shape: readonly number[]) =>
    permute(data as Float32Array, shape, [0, 2, 3, 1]);
  const converted = new Float32Array(operands.output.length);
  prepared.run(
    params.map((stage) => ({ ...stage, layout: layouts.indexOf('NHWC') })),
    {
      input: toLast(operands.input, imageShape(input, 'NCHW')),
      output: converted,
      residual: operands.residual && toLast(operands.residual, imageShape(output, 'NCHW')),
    },
  );
  operands.output.set(permute(converted, imageShape(output, 'NHWC'), [0, 3, 1, 2]));
}
