// Random params that are as valid as those of the facade: most of them small, some with strides, dilations and paddings
// as far as int32 goes.
#pragma once
#include <stdint.h>
#include <string.h>

#include <string>

#include "../native/params.h"

/** The same numbers for the same seed, everywhere (splitmix64). */
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t bits() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  int32_t between(int64_t low, int64_t high) { return int32_t(low + int64_t(bits() % uint64_t(high - low + 1))); }

  bool oneIn(int32_t count) { return between(1, count) == 1; }

  /** Small more often than large, up to int32's largest. */
  int32_t upTo(int64_t high) {
    const int64_t limit = int64_t(1) << between(0, 31);
    return between(1, limit < high ? limit : high);
  }

 private:
  uint64_t state_;
};

constexpr int64_t largest = INT32_MAX;

/** One axis of a window. */
struct WindowAxis {
  int32_t input;
  int32_t output;
  int32_t filter;
  int32_t stride;
  int32_t dilation;
  int32_t before;
  int32_t after;
  int64_t extent() const { return int64_t(filter - 1) * dilation + 1; }
};

/** Splits padding so that, more often than not, a tap falls inside the input. */
inline void splitPadding(Random& r, WindowAxis& a, int64_t padding) {
  const int64_t atTap = int64_t(r.between(0, a.filter - 1)) * a.dilation - r.between(0, 2);
  const bool aims = !r.oneIn(3) && atTap >= 0 && atTap <= padding;
  a.before = aims ? int32_t(atTap) : r.between(0, padding);
  a.after = int32_t(padding - a.before);
}

inline WindowAxis nearWindow(Random& r, int32_t mostInput, int32_t mostFilter, int32_t mostStride) {
  WindowAxis a{r.between(1, mostInput), 0, r.between(1, mostFilter), r.between(1, mostStride), r.between(1, 3), 0, 0};
  if (r.oneIn(2)) a.dilation = 1;
  if (r.oneIn(4)) a.filter = r.oneIn(2) ? 3 : 5;
  if (r.oneIn(4)) a.stride = 1;
  return a;
}

/** A window that slides over an input and its padding; `outputs` bounds those of a far one. */
inline WindowAxis slidingWindow(Random& r, int32_t mostInput, int32_t mostFilter, bool isFar) {
  WindowAxis a = nearWindow(r, mostInput, mostFilter, 4);
  int64_t padding = r.oneIn(2) ? 0 : r.between(0, 2 * a.extent());
  if (isFar) {
    a.dilation = a.filter == 1 ? 1 : r.upTo((largest - 1) / (a.filter - 1));
    a.stride = r.upTo(largest);
    const int64_t padded = a.extent() + r.between(0, 9) * int64_t(a.stride) + r.between(0, 1) * (a.stride - 1);
    padding = (padded < largest ? padded : largest) - a.input;
  }
  if (padding < a.extent() - a.input) padding = a.extent() - a.input;
  if (padding < 0) padding = 0;
  const int64_t windows = (a.input + padding - a.extent()) / a.stride;
  if (windows > 60) a.stride = int32_t((a.input + padding - a.extent()) / 10);
  splitPadding(r, a, padding);
  a.output = int32_t((a.input + padding - a.extent()) / a.stride) + 1;
  return a;
}

/** The same with a last window that ends beyond the padding, where it begins before it. */
inline WindowAxis poolingWindow(Random& r, int32_t mostInput, bool isFar) {
  WindowAxis a = slidingWindow(r, mostInput, 4, isFar);
  const int64_t padded = int64_t(a.input) + a.before + a.after;
  const bool isOver = (padded - a.extent()) % a.stride != 0;
  if (isOver && r.oneIn(2) && int64_t(a.output) * a.stride < int64_t(a.input) + a.before) ++a.output;
  return a;
}

/** A window of the gather form: strides enlarge the image, and padding is taken off. */
inline WindowAxis transposedWindow(Random& r, bool isFar) {
  WindowAxis a = nearWindow(r, 6, 5, 4);
  if (isFar) {
    a.dilation = a.filter == 1 ? 1 : r.upTo((largest - 1) / (a.filter - 1));
    a.stride = r.upTo(largest);
  }
  const auto full = [&a] { return int64_t(a.input - 1) * a.stride + a.extent(); };
  while (full() > largest && a.input > 1) --a.input;
  if (isFar) {
    a.output = r.between(1, full() < 40 ? full() : 40);
  } else {
    const int32_t furthest = a.stride > a.dilation ? a.stride : a.dilation;
    a.output = r.between(1, full()) + r.between(0, furthest - 1);
  }
  const int64_t cut = full() > a.output ? full() - a.output : 0;
  splitPadding(r, a, cut);
  return a;
}

/** The params of a kernel's stages. */
struct Case {
  Params stages[maxStages];
  int32_t count;
  bool isPadded() const { return stages->paddingTop > 0 || stages->paddingLeft > 0; }
};

inline void setWindow(Params& p, const WindowAxis& down, const WindowAxis& across) {
  p.inputHeight = down.input;
  p.inputWidth = across.input;
  p.outputHeight = down.output;
  p.outputWidth = across.output;
  p.paddingTop = down.before;
  p.paddingBottom = down.after;
  p.paddingLeft = across.before;
  p.paddingRight = across.after;
  p.filterHeight = down.filter;
  p.filterWidth = across.filter;
  p.strideHeight = down.stride;
  p.strideWidth = across.stride;
  p.dilationHeight = down.dilation;
  p.dilationWidth = across.dilation;
}

/** A window of one pixel on an image of this size. */
inline void setPixels(Params& p, int32_t height, int32_t width) {
  setWindow(p, {height, height, 1, 1, 1, 0, 0}, {width, width, 1, 1, 1, 0, 0});
}

inline void setActivation(Random& r, Params& p) {
  p.activation = r.oneIn(3) ? LINEAR : r.between(LINEAR, SOFTPLUS);
  p.clampMin = -0.5f;
  p.clampMax = 6;
  p.alpha = 0.25f;
}

/** Channels around the lanes of every instruction set. */
inline int32_t channels(Random& r) { return r.oneIn(2) ? r.between(1, 9) : r.between(1, 70); }

inline void depthwiseStage(Random& r, Params& p) {
  p.inputChannels = p.groups = channels(r);
  p.outputChannels = p.inputChannels * (r.oneIn(3) ? r.between(1, 20) : 1);
  p.products = p.filterHeight * p.filterWidth;
}

inline void denseStage(Random& r, Params& p) {
  p.groups = r.oneIn(3) ? r.between(2, 4) : 1;
  p.inputChannels = p.groups * r.between(1, 12);
  p.outputChannels = p.groups * channels(r);
  p.products = p.filterHeight * p.filterWidth * (p.inputChannels / p.groups);
}

/** One axis of a filter whose output is as large as its input. */
inline WindowAxis sameWindow(int32_t size, int32_t taps) {
  return {size, size, taps, 1, 1, (taps - 1) / 2, taps - 1 - (taps - 1) / 2};
}

inline void sepFilterStages(Random& r, Params* p) {
  const int32_t height = r.between(1, 20), width = r.between(1, 40);
  setWindow(p[0], sameWindow(height, 1), sameWindow(width, r.between(1, r.oneIn(4) ? 60 : 9)));
  setWindow(p[1], sameWindow(height, r.between(1, r.oneIn(4) ? 60 : 9)), sameWindow(width, 1));
  p[0].border = p[1].border = r.between(ZERO, WRAP);
  p[0].inputType = p[0].outputType = p[1].inputType = p[1].outputType = r.between(FLOAT32, UINT8);
  for (int32_t i = 0; i < 2; ++i) {
    p[i].inputChannels = p[i].outputChannels = p[i].groups = r.oneIn(4) ? r.between(1, 40) : r.between(1, 4);
    if (i > 0) p[i].inputChannels = p[i].outputChannels = p[i].groups = p->groups;
    p[i].products = p[i].filterHeight * p[i].filterWidth;
  }
}

/** A random case for the kernel of this name. */
inline Case randomCase(Random& r, const std::string& kernel) {
  Case c{};
  c.count = kernel == "sepFilter" || kernel.find("separable") == 0 ? 2 : 1;
  Params& p = *c.stages;
  const bool isFar = r.oneIn(4);
  const int32_t batch = r.between(1, 3);
  if (kernel == "sepFilter") {
    sepFilterStages(r, c.stages);
  } else if (kernel == "activation") {
    setPixels(p, r.between(1, 9), r.between(1, 9));
    p.inputChannels = p.outputChannels = channels(r);
    p.products = p.groups = 1;
  } else if (kernel == "pooling") {
    const int32_t few = r.oneIn(3) ? 1 : 9;
    setWindow(p, poolingWindow(r, few, isFar), poolingWindow(r, 20, isFar));
    p.inputChannels = p.outputChannels = p.groups = channels(r);
    p.products = 1;
    p.reduction = r.between(MAX, AVERAGE_PADDED);
  } else if (kernel == "transposed") {
    setWindow(p, transposedWindow(r, isFar), transposedWindow(r, isFar));
    denseStage(r, p);
  } else if (kernel == "pointwise") {
    setPixels(p, r.between(1, 9), r.between(1, 60));
    p.strideHeight = r.between(1, 3);
    p.strideWidth = r.oneIn(2) ? 1 : r.upTo(largest);
    p.outputHeight = (p.inputHeight - 1) / p.strideHeight + 1;
    p.outputWidth = (p.inputWidth - 1) / p.strideWidth + 1;
    denseStage(r, p);
    p.inputChannels = p.products;
    p.groups = 1;
  } else {
    const bool isDense = kernel == "productPlanes" && r.oneIn(3);
    if (isDense) setPixels(p, r.between(1, 20), r.between(1, 30));
    if (!isDense) setWindow(p, slidingWindow(r, 9, 5, isFar), slidingWindow(r, r.oneIn(3) ? 70 : 20, 7, isFar));
    if (kernel.find("depthwise") == 0 || c.count == 2) depthwiseStage(r, p);
    if (kernel == "conv2d" || kernel == "productPlanes") denseStage(r, p);
  }
  if (kernel.find("separable") == 0) {
    Params& second = c.stages[1];
    setPixels(second, p.outputHeight, p.outputWidth);
    second.inputChannels = second.products = p.outputChannels;
    second.outputChannels = channels(r);
    second.groups = 1;
  }
  for (int32_t i = 0; i < c.count; ++i) {
    c.stages[i].batch = batch;
    c.stages[i].layout = kernel.find("Planes") == std::string::npos ? NHWC : NCHW;
    if (kernel != "sepFilter" && kernel != "pooling") setActivation(r, c.stages[i]);
  }
  return c;
}
