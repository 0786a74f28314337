import type { Contender } from '../contender.js';

export const opencv: Contender = {
  name: 'OpenCV',
  class: 'native',
  charted: true,
  unit: 'fma',
  threads: 1,
  takes: ({ operation }) => operation === 'sepFilter2d',
  runs: {
    kind: 'program',
    source: 'opencv',
    flags: ['-I/usr/include/opencv4', '-lopencv_imgproc', '-lopencv_core'],
  },
};
