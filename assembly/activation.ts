// Element by element: the residual, if there is one, and the activation. Output and input may be the same memory.
import { Epilogue, epilogueOf, finishPixels } from './epilogue';
import { at, Operands, Params, Weights } from './params';

export function activationPackedBytes(p: Params): u64 {
  return 0;
}

export function activationPack(p: Params, weights: Weights, packed: usize): void {}

/** A unit is a pixel. */
export function activationUnits(p: Params): i32 {
  return p.batch * p.outputHeight * p.outputWidth;
}

/** What native code keeps on the stack stands at the start of scratch: the epilogue. */
export function activationScratchBytes(p: Params): u64 {
  return offsetof<Epilogue>();
}

export function activation(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch);
  const first = begin * p.outputChannels;
  epilogueOf(p, operands, e);
  finishPixels(e, at(operands.input, first), at(e.output, first), end - begin, 0, p.outputChannels);
}
