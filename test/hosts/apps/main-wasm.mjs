import { defaultRuntime, depthwiseConv2d, maxPool2d, separableConv2d, tensor } from 'sepconv/wasm';
import { probe } from './probe.mjs';

export const result = () => probe({ defaultRuntime, depthwiseConv2d, maxPool2d, separableConv2d, tensor });
