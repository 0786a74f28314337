// The fields of a stage's params, as they are packed.
import { type Config, type Geometry, type Params, paramsOf } from '../../src/core/params.js';

export const paramNames = Object.keys(paramsOf({} as Config, {} as Geometry)) as (keyof Params)[];

/** Params whose fields have these values. */
export function paramsBy(valueFor: (name: keyof Params, index: number) => number): Params {
  return Object.fromEntries(paramNames.map((name, index) => [name, valueFor(name, index)])) as unknown as Params;
}
