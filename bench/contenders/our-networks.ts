// A network as a program writes it with sepconv: an operator a layer, each on the output of the one before.
import type { Operator } from '../../src/core/operator.js';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import type { Runtime } from '../../src/entries/node.js';
import { outputShape } from '../../src/measure/layer.js';
import { oneShot, prepareLayer } from '../../src/measure/operands.js';
import type { Started } from '../contender.js';
import type { MeasuredNetwork, NetworkLayer, NetworkOperands, Weights } from '../networks.js';

export type NetworkWay = (runtime: Runtime, network: MeasuredNetwork, operands: NetworkOperands) => Started;

/** Makes a place for tensors of several shapes, one at a time, none of which has more elements. */
type MakePlace = (runtime: Runtime, elements: number) => Place;
type Place = (shape: Shape) => Tensor;

export const plainPlace: MakePlace = (_, elements) => {
  const data = new Float32Array(elements);
  return (shape) => ({ data: data.subarray(0, sizeOf(shape)), shape });
};

/** For the native kernels it is as plain arrays are, but for where it begins; WASM knows its own tensors only. */
export const allocatedPlace: MakePlace = (runtime, elements) => {
  if (runtime.info.backend === 'wasm') {
    const tensors = new Map<string, Tensor>();
    return (shape) => {
      const tensor = tensors.get(`${shape}`) ?? runtime.allocate(shape);
      tensors.set(`${shape}`, tensor);
      return tensor;
    };
  }
  const whole = runtime.allocate([elements]);
  return (shape) => ({ data: whole.data.subarray(0, sizeOf(shape)), shape });
};

/** Prepared, with `out`: layers take turns with two places for their outputs, three around a shortcut. */
export function preparedNetwork(makePlace: MakePlace): NetworkWay {
  return (runtime, network, operands) => {
    const operators = prepare(runtime, network, operands);
    const outs = outputsOf(network, (elements) => makePlace(runtime, elements));
    const input = makePlace(runtime, sizeOf(network.input))(network.input);
    input.data.set(operands.input.data);
    const options = network.layers.map(({ shortcut }, i) =>
      shortcut === undefined ? { out: outs[i] } : { out: outs[i], residual: outs[shortcut - 1] ?? input },
    );
    const run = () => {
      let x = input;
      for (let i = 0; i < operators.length; i++) x = operators[i].run(x, options[i]);
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

/** An output of each layer, in the first place whose tensor nobody needs any more. */
function outputsOf({ layers }: MeasuredNetwork, makePlace: (elements: number) => Place): Tensor[] {
  const shapes = layers.map(({ layer }) => outputShape(layer));
  const largest = Math.max(...shapes.map(sizeOf));
  const lastUses = layers.map((_, i) =>
    Math.max(
      i + 1,
      layers.findIndex(({ shortcut }) => shortcut === i + 1),
    ),
  );
  const places: { readonly at: Place; usedUntil: number }[] = [];
  return shapes.map((shape, i) => {
    const free = places.find(({ usedUntil }) => usedUntil < i);
    const place = free ?? { at: makePlace(largest), usedUntil: 0 };
    if (free === undefined) places.push(place);
    place.usedUntil = lastUses[i];
    return place.at(shape);
  });
}
