// Element by element: the residual, if there is one, and the activation. Output and input may be the same memory.
import { Epilogue, epilogueOf, finish } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import { vecLanes } from './simd';

export function activationPackedSize(p: Params): usize {
  return 0;
}

export function activationPack(p: Params, weights: Weights, packed: usize): void {}

/** A unit is a pixel. */
export function activationUnits(p: Params): i32 {
  return p.batch * p.outputHeight * p.outputWidth;
}

/** What native code keeps on the stack stands at the start of scratch: the epilogue. */
export function activationScratchSize(p: Params): usize {
  return offsetof<Epilogue>() >> 2;
}

export function activation(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch);
  const channels = p.outputChannels;
  epilogueOf(p, operands, e);
  for (let pixel = begin; pixel < end; ++pixel) {
    const x = at(operands.input, pixel * channels);
    const y = at(e.output, pixel * channels);
    let c = 0;
    for (; c + vecLanes <= channels; c += vecLanes) finish<v128>(e, load<v128>(at(x, c)), at(y, c), c);
    for (; c < channels; ++c) finish<f32>(e, load<f32>(at(x, c)), at(y, c), c);
  }
}
