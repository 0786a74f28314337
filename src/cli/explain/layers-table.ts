// Explained layers as tables for people, with the formulas of the numbers.
import { sizeOf } from '../../core/shape.js';
import { columns } from '../table.js';
import { type ExplainedLayer, totalOf } from './layers.js';

/** One table for each layer, and one for all of them. */
export function tablesOf(layers: readonly ExplainedLayer[]): string {
  const tables = layers.map((layer, index) => {
    const title = layers.length === 1 ? layer.mode : `${index + 1} ${layer.mode}`;
    return columns([[title, layer.operation, ''], ...rowsOf(layer)]);
  });
  if (layers.length > 1) {
    const { parameters, multiplyAdds, bytes } = totalOf(layers);
    tables.push(
      columns([
        ['all layers', ''],
        ['parameters', grouped(parameters)],
        ['multiply-adds', grouped(multiplyAdds)],
        ['bytes', grouped(bytes)],
      ]),
    );
  }
  return tables.join('\n');
}

function rowsOf(layer: ExplainedLayer): string[][] {
  const { inputShape, filterShapes, padding, sides, cost } = layer;
  const rows = [
    ['input', times(inputShape), ''],
    ['filters', filterShapes.map(times).join(', ') || 'none', ''],
    [
      'padding',
      `top ${sides.top}, bottom ${sides.bottom}, left ${sides.left}, right ${sides.right}`,
      typeof padding === 'string' ? padding : '',
    ],
    ['output', times(cost.outputShape), outputFormula(layer)],
    fieldRow(layer),
    ['parameters', grouped(cost.parameters), filterShapes.map((shape) => shape.join('·')).join(' + ')],
    ['multiply-adds', grouped(cost.multiplyAdds), multiplyAddFormula(layer)],
    ['bytes', grouped(cost.bytes), 'input, filters and output, once each'],
    ['intensity', cost.intensity.toFixed(2), 'operations a byte, a multiply-add being two'],
  ];
  const { standard, ratio } = cost;
  if (standard === undefined || ratio === undefined) return rows;
  return [
    ...rows,
    [
      layer.mode === 'spatial' ? 'full filter' : 'standard',
      grouped(standard.multiplyAdds),
      `multiply-adds, and ${grouped(standard.parameters)} parameters`,
    ],
    ['ratio', ratio.toPrecision(4), ratioFormula(layer)],
  ];
}

/** (N − F + P) / S + 1 of each axis, with the filter's extent F and the padding P of both sides. */
function outputFormula({ mode, inputShape, kernelSize, strides, dilations, padding, sides, cost }: ExplainedLayer) {
  const formulas = [0, 1].map((axis) => {
    const [size, output] = [inputShape[axis + 1], cost.outputShape[axis + 1]];
    const stride = strides[axis];
    const extent = (kernelSize[axis] - 1) * dilations[axis] + 1;
    const pad = axis === 0 ? sides.top + sides.bottom : sides.left + sides.right;
    if (mode === 'transposed') {
      return padding === 'same' || padding === 'same-lower'
        ? `${size} · ${stride} = ${output}`
        : `(${size} − 1) · ${stride} + ${extent} − ${pad} = ${output}`;
    }
    const exact = (size - extent + pad) / stride + 1;
    const rounding = exact === output ? '=' : `= ${exact.toFixed(2)}, ${exact < output ? 'up' : 'down'} to`;
    return `(${size} − ${extent} + ${pad}) / ${stride} + 1 ${rounding} ${output}`;
  });
  return formulas[0] === formulas[1] ? formulas[0] : formulas.join(', ');
}

function fieldRow({ receptiveField }: ExplainedLayer): string[] {
  if (receptiveField === undefined)
    return ['receptive field', 'varies', 'from pixel to pixel of a transposed convolution'];
  const { size, jump, start } = receptiveField;
  return ['receptive field', times(size), `every ${times(jump)} pixels, the first centred at ${start.join(', ')}`];
}

/** Where the filter is laid, times its weights. */
function multiplyAddFormula({ mode, inputShape, cost }: ExplainedLayer): string {
  if (cost.parameters === 0) return '';
  const [batch, height, width] = mode === 'transposed' ? inputShape : cost.outputShape;
  const pixels = `${batch === 1 ? '' : `${batch}·`}${height}·${width} pixels`;
  const channels = mode === 'spatial' ? ` of ${inputShape[3]} channels` : '';
  return `${pixels}${channels}, each ${grouped(cost.parameters)}`;
}

function ratioFormula({ mode, kernelSize, filterShapes }: ExplainedLayer): string {
  const taps = sizeOf(kernelSize);
  const [first, second] = filterShapes;
  return mode === 'separable' && first[3] === 1 ? `1/N + 1/K² = 1/${second[1]} + 1/${taps}` : '';
}

function times(shape: readonly number[]): string {
  return shape.join('×');
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** All of it, for programs. */
export function layersReport(layers: readonly ExplainedLayer[]) {
  return {
    layers: layers.map(({ padding, sides, receptiveField, cost, ...layer }) => {
      const { outputShape, standard = null, ratio = null, ...counts } = cost;
      return {
        ...layer,
        outputShape,
        padding: sides,
        receptiveField: receptiveField ?? null,
        ...counts,
        standard,
        ratio,
      };
    }),
    total: totalOf(layers),
  };
}
