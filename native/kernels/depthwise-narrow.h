// Depthwise convolution of NCHW tensors whose planes are narrow, so that their rows fill no Vec well: as many planes as
// a Vec has lanes are transposed into scratch, convolved there with channels innermost, and transposed back.
#pragma once
#include "depthwise.h"
#include "planes.h"

namespace {

/** Whether blocks of lanes are packed: what the size of the input does not change. */
inline bool hasNarrowBlocks(const Params& p) {
  return Vec::lanes > 1 && p.inputChannels >= Vec::lanes && p.outputChannels == p.inputChannels;
}

/** Floats of inputs and outputs of one channel. */
inline int64_t channelFloats(const Params& p) { return inputPlane(p) + outputPlane(p); }

/** Whether planes are narrow, and so small that some Vecs of them fit into the second cache. */
inline bool isNarrow(const Params& p) {
  return hasNarrowBlocks(p) && p.outputWidth <= Tuning::widestNarrow &&
         channelFloats(p) * Vec::lanes <= 4 * Tuning::narrowFloats;
}

/** Channels that stand in scratch together, in whole Vecs. */
inline int32_t narrowChannels(const Params& p) {
  const int64_t vecs = Tuning::narrowFloats / (channelFloats(p) * Vec::lanes);
  return vecs < 1 ? Vec::lanes : int32_t(vecs) * Vec::lanes;
}

inline int32_t narrowUnits(const Params& p) { return p.batch * ((p.inputChannels - 1) / narrowChannels(p) + 1); }

/** Floats of scratch. */
inline int64_t narrowScratch(const Params& p) { return channelFloats(p) * narrowChannels(p) + lineFloats; }

/** The weights are packed as for channels innermost. */
inline uint64_t narrowPackedSize(const Params& p) { return hasNarrowBlocks(p) ? depthwisePackedSize(p) : 0; }

inline void packNarrow(const Params& p, const Weights& weights, float* packed) {
  if (hasNarrowBlocks(p)) depthwisePack(&p, &weights, packed);
}

/** Floats [rows][fromStep] to [columns][toStep], as many of each as given. */
inline void transposeSingly(const float* from, ptrdiff_t fromStep, int32_t rows, int32_t columns, float* to,
                            ptrdiff_t toStep) {
  for (int32_t row = 0; row < rows; ++row) {
    for (int32_t column = 0; column < columns; ++column) to[column * toStep + row] = from[row * fromStep + column];
  }
}

/** Neighbouring planes to pixels with so many channels. */
inline void planesToPixels(const float* planes, ptrdiff_t plane, int32_t channels, float* pixels) {
  constexpr int lanes = Vec::lanes;
  if (plane < lanes) return transposeSingly(planes, plane, channels, int32_t(plane), pixels, channels);
  for (int32_t next = 0; next < channels; next += lanes) {
    const int32_t c = atMostInt(next, channels - lanes);
    for (ptrdiff_t pixel = 0; pixel < plane; pixel += lanes) {
      const ptrdiff_t i = pixel + lanes <= plane ? pixel : plane - lanes;
      Vec::transpose(planes + c * plane + i, plane, pixels + i * channels + c, channels);
    }
  }
}

/** The channels from `first` on back to planes, of which `planes` is that of channel 0. */
inline void pixelsToPlanes(const float* pixels, int32_t channels, int32_t first, float* planes, ptrdiff_t plane) {
  constexpr int lanes = Vec::lanes;
  if (plane < lanes || first > 0) {
    return transposeSingly(pixels + first, channels, int32_t(plane), channels - first, planes + first * plane, plane);
  }
  for (int32_t next = 0; next < channels; next += lanes) {
    const int32_t c = atMostInt(next, channels - lanes);
    for (ptrdiff_t pixel = 0; pixel < plane; pixel += lanes) {
      const ptrdiff_t i = pixel + lanes <= plane ? pixel : plane - lanes;
      Vec::transpose(pixels + i * channels + c, channels, planes + c * plane + i, plane);
    }
  }
}

/** Some channels of one image. Channels that are too few for a Vec go with some that another unit writes. */
inline void depthwiseNarrow(const Epilogue& e, const Planes& planes, const float* packed, int32_t unit,
                            float* scratch) {
  const Params& p = e.p;
  const int32_t units = narrowUnits(p) / p.batch;
  const int32_t image = unit / units;
  const int32_t begin = unit % units * narrowChannels(p);
  const int32_t channel = atMostInt(begin, p.inputChannels - Vec::lanes);
  Params pixels = p;
  pixels.batch = 1;
  pixels.inputChannels = pixels.outputChannels = atMostInt(narrowChannels(p), p.inputChannels - channel);
  float* sums = scratch + inputPlane(p) * pixels.inputChannels;
  const ptrdiff_t first = ptrdiff_t(image) * p.inputChannels + channel;
  planesToPixels(planes.first + first * inputPlane(p), inputPlane(p), pixels.inputChannels, scratch);
  const Epilogue between{pixels, sums, nullptr, nullptr, e.low, e.high, false};
  const ptrdiff_t block = (channel + Vec::lanes - 1) / Vec::lanes;
  depthwiseRows(between, scratch, packed + block * Vec::lanes * (taps(p) + 1), 0, p.outputHeight, sums, nullptr);
  float* y = e.output + first * outputPlane(p);
  pixelsToPlanes(sums, pixels.outputChannels, begin - channel, y, outputPlane(p));
  for (int32_t c = begin - channel; c < pixels.outputChannels; ++c) {
    secondPassPlane(e, y + c * outputPlane(p), int32_t(outputPlane(p)), channel + c);
  }
}

}  // namespace
