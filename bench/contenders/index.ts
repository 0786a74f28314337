// The table of contenders.
import type { Contender } from '../contender.js';
import { litertBuilds } from './litert.js';
import { naive } from './naive.js';
import { onednn } from './onednn.js';
import { onnxruntimeNode } from './onnxruntime-node.js';
import { onnxruntimeWeb } from './onnxruntime-web.js';
import { opencv } from './opencv.js';
import { ours } from './ours.js';
import { sharpFilters } from './sharp.js';
import { tfjsCpu } from './tfjs-cpu.js';
import { tfjsWasm } from './tfjs-wasm.js';

export const contenders: readonly Contender[] = [
  ...ours,
  ...onnxruntimeNode,
  ...onednn,
  opencv,
  ...sharpFilters,
  ...tfjsWasm,
  ...litertBuilds,
  onnxruntimeWeb,
  naive,
  tfjsCpu,
];
