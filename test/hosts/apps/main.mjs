// What a program writes: named imports, which a bundler may shake.
import { defaultRuntime, depthwiseConv2d, maxPool2d, separableConv2d, tensor } from 'sepconv';
import { probe } from './probe.mjs';

export const result = () => probe({ defaultRuntime, depthwiseConv2d, maxPool2d, separableConv2d, tensor });
