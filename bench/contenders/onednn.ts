// oneDNN, with whatever the processor has, and kept to the instruction set of our best kernels.
import { availableParallelism } from 'node:os';
import type { MeasuredLayer } from '../../src/measure/layer.js';
import type { Contender, Unit } from '../contender.js';

const convolutions: readonly MeasuredLayer['operation'][] = [
  'depthwiseConv2d',
  'pointwiseConv2d',
  'separableConv2d',
  'conv2d',
];

function contender(name: string, threads: number, unit: Unit, environment = {}): Contender {
  return {
    name,
    library: 'oneDNN',
    class: 'native',
    charted: unit === 'fma256',
    unit,
    threads,
    environment: { OMP_NUM_THREADS: `${threads}`, ...environment },
    takes: ({ operation }) => convolutions.includes(operation),
    runs: { kind: 'program', source: 'onednn', flags: ['-ldnnl'] },
  };
}

const threads = availableParallelism();

export const onednn: readonly Contender[] = [
  contender('oneDNN', 1, 'fma'),
  contender('oneDNN AVX2', 1, 'fma256', { ONEDNN_MAX_CPU_ISA: 'AVX2' }),
  ...(threads > 1 ? [contender(`oneDNN × ${threads}`, threads, 'fma')] : []),
];
