// How weights begin.
export {
  constant,
  type NormalOptions,
  normal,
  type SeedOptions,
  truncatedNormal,
  type UniformOptions,
  uniform,
  zeros,
} from './distributions.js';
export type { FilterOptions } from './fans.js';
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  type ScaledOptions,
} from './variance-scaling.js';
