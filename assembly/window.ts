// Which taps of a window fall inside the input, along one axis: the twin of native/window.h. Functions return one value
// here, so each bound of `tapsInside` and of `interior` is a function of its own.

/** The taps [tapsBegin, tapsEnd) fall inside, for a window whose tap 0 stands at `origin`. */
export function tapsBegin(origin: i32, input: i32, filter: i32, dilation: i32): i32 {
  // Taps before the input, rounded up.
  const before = origin < 0 ? (-origin - 1) / dilation + 1 : 0;
  const end = tapsEnd(origin, input, filter, dilation);
  return before < end ? before : end;
}

export function tapsEnd(origin: i32, input: i32, filter: i32, dilation: i32): i32 {
  // Taps that begin before the input's end, rounded up.
  const reach = origin < input ? (input - 1 - origin) / dilation + 1 : 0;
  return reach < filter ? reach : filter;
}

/** The outputs [interiorBegin, interiorEnd) have their window wholly inside the input; begin may be above end. */
export function interiorBegin(padding: i32, stride: i32): i32 {
  return padding == 0 ? 0 : (padding - 1) / stride + 1;
}

export function interiorEnd(input: i32, output: i32, filter: i32, stride: i32, dilation: i32, padding: i32): i32 {
  const last = input - 1 - (filter - 1) * dilation + padding;
  const end = last < 0 ? 0 : last / stride + 1;
  return end < output ? end : output;
}
