// A network as a program writes it with sepconv: an operator a layer, each on the output of the one before.
import type { TensorData } from '../../src/core/arrays.js';
import type { Operator } from '../../src/core/operator.js';
import type { Shape } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import type { Runtime } from '../../src/entries/node.js';
import { outputShape } from '../../src/measure/layer.js';
import { oneShot, prepareLayer } from '../../src/measure/operands.js';
import type { Started } from '../contender.js';
import type { MeasuredNetwork, NetworkLayer, NetworkOperands, Weights } from '../networks.js';

export type NetworkWay = (runtime: Runtime, network: MeasuredNetwork, operands: NetworkOperands) => Started;

/** Gives a tensor of zeros. */
type Memory = (runtime: Runtime, shape: Shape, dtype: 'float32') => Tensor<TensorData>;

/** Prepared, with `out`: layers take turns with two places for their outputs, three around a shortcut. */
export function preparedNetwork(memory: Memory): NetworkWay {
  return (runtime, network, operands) => {
    const operators = prepare(runtime, network, operands);
    const outs = placesOf(network, (shape) => memory(runtime, shape, 'float32') as Tensor);
    const input = memory(runtime, network.input, 'float32') as Tensor;
    input.data.set(operands.input.data);
    const shortcuts = network.layers.map(({ shortcut }) =>
      shortcut === undefined ? undefined : (outs[shortcut - 1] ?? input),
    );
    const run = () => {
      let x = input;
      for (let i = 0; i < operators.length; i++) {
        x = operators[i].run(x, { out: outs[i], ...(shortcuts[i] && { residual: shortcuts[i] }) });
      }
    };
    return { run, output: () => outs[outs.length - 1].data };
  };
}

/** Prepared, every layer's output new. */
export const newOutputs: NetworkWay = (runtime, network, operands) => {
  const operators = prepare(runtime, network, operands);
  return follow(network, operands.input, (i, x, residual) => operators[i].run(x, residual && { residual }));
};

/** Nothing prepared. */
export const oneShots: NetworkWay = (runtime, network, { input, weights }) =>
  follow(network, input, (i, x, residual) => {
    const { filters } = weights[i];
    const rest = { ...epilogueOf(network.layers[i], weights[i]), ...(residual && { residual }) };
    return oneShot(runtime, network.layers[i].layer, { input: x, filters }, 'NHWC', rest);
  });

function follow(
  { layers }: MeasuredNetwork,
  input: Tensor,
  step: (layer: number, x: Tensor, residual: Tensor | undefined) => Tensor,
): Started {
  const inputs: Tensor[] = [];
  let y = input;
  const run = () => {
    y = input;
    for (let i = 0; i < layers.length; i++) {
      inputs[i] = y;
      const { shortcut } = layers[i];
      y = step(i, y, shortcut === undefined ? undefined : inputs[shortcut]);
    }
  };
  return { run, output: () => y.data };
}

function prepare(runtime: Runtime, { layers }: MeasuredNetwork, { weights }: NetworkOperands): Operator[] {
  return layers.map((part, i) =>
    prepareLayer(runtime, part.layer, weights[i].filters, 'NHWC', epilogueOf(part, weights[i])),
  );
}

function epilogueOf({ activations }: NetworkLayer, { filters, biases }: Weights): object {
  if (filters.length === 0) return {};
  const [bias, activation] = [biases[filters.length - 1], activations[filters.length - 1]];
  if (filters.length === 1) return { bias, activation };
  return { depthwiseBias: biases[0], depthwiseActivation: activations[0], bias, activation };
}

/** An output of each layer; those of one size share their places, as far as nobody needs them any more. */
function placesOf({ layers }: MeasuredNetwork, make: (shape: Shape) => Tensor): Tensor[] {
  const lastUses = layers.map((_, i) =>
    Math.max(
      i + 1,
      layers.findIndex(({ shortcut }) => shortcut === i + 1),
    ),
  );
  const places: { readonly tensor: Tensor; usedUntil: number }[] = [];
  return layers.map(({ layer }, i) => {
    const shape = outputShape(layer);
    const isAlike = (tensor: Tensor) => tensor.shape.every((size, axis) => size === shape[axis]);
    const free = places.find(({ tensor, usedUntil }) => usedUntil < i && isAlike(tensor));
    const place = free ?? { tensor: make(shape), usedUntil: 0 };
    if (free === undefined) places.push(place);
    place.usedUntil = lastUses[i];
    return place.tensor;
  });
}
