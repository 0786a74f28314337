import {
  activate,
  add,
  avgPool2d,
  conv2d,
  convTranspose2d,
  defaultRuntime,
  depthwiseConv2d,
  globalAvgPool2d,
  globalMaxPool2d,
  maxPool2d,
  pointwiseConv2d,
  separableConv2d,
  sepFilter2d,
} from 'sepconv/wasm';
import { probe } from './probe.mjs';

export const result = () =>
  probe({
    activate,
    add,
    avgPool2d,
    conv2d,
    convTranspose2d,
    defaultRuntime,
    depthwiseConv2d,
    globalAvgPool2d,
    globalMaxPool2d,
    maxPool2d,
    pointwiseConv2d,
    separableConv2d,
    sepFilter2d,
  });
