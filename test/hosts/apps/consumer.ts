// A user's types, with no newer library than ES2022 and none of Node's.
import { depthwiseConv2d, type Operator, prepareSeparableConv2d, SepconvError, type Tensor, tensor } from 'sepconv';
import { initialize } from 'sepconv/core';
import { cost } from 'sepconv/reference';
import { createRuntime } from 'sepconv/wasm';

const image: Tensor = tensor(new Float32Array(48), [1, 4, 4, 3]);
const filter: Tensor = tensor(new Float32Array(27), [3, 3, 3, 1]);
export const data: Float32Array = depthwiseConv2d(image, filter, { padding: 'same', activation: 'relu6' }).data;
export const layer: Operator = prepareSeparableConv2d(filter, tensor(new Float32Array(6), [3, 2]));
export const shape: readonly number[] = layer.outputShape([1, 4, 4, 3]);
export const parameters: number = cost('depthwiseConv2d', [1, 4, 4, 3], [3, 3, 3, 1]).parameters;
export const ready: Promise<void> = initialize(new Uint8Array(8));
export const runtime = createRuntime({ backend: 'wasm' });
export const isOurs = (error: unknown): boolean => error instanceof SepconvError && error.code === 'ERR_SHAPE';
// @ts-expect-error an option that does not exist
depthwiseConv2d(image, filter, { stride: 2 });
layer[Symbol.dispose]();
