// The packed weights of a depthwise convolution, [blocks of lanes][bias, taps][lanes], so that the weights of a Vec
// stand together. The last block ends with the last channel, and computes those before it again. Where the channels are
// fewer than the lanes, neighbouring pixels join into cells that fill whole Vecs (the three channels of a picture: 8
// pixels are 3 Vecs of 8), if a cell's inputs are neighbours too; what is left goes lane by lane.
#pragma once
#include "../line.h"
#include "../params.h"
#include "../simd/lane.h"
#include "../sizes.h"

namespace {

inline int32_t taps(const Params& p) { return p.filterHeight * p.filterWidth; }

/** Pixels that join into a cell, or 0 where none do. */
inline int32_t cellPixels(const Params& p) {
  if (p.outputChannels >= Vec::lanes || p.strideWidth != 1) return 0;
  int32_t pixels = 1;
  while (pixels * p.outputChannels % Vec::lanes != 0) ++pixels;
  return pixels;
}

/** Channels that the blocks cover, those of a cell and those computed twice among them. */
inline int64_t packedChannels(const Params& p) {
  if (p.outputChannels < Vec::lanes) return (cellPixels(p) + 1) * p.outputChannels;
  return (int64_t(p.outputChannels) + Vec::lanes - 1) / Vec::lanes * Vec::lanes;
}

/** How far after a line the Vecs of all pixels of such an array are. */
constexpr int32_t floatsOffLine = int32_t(bytesOffLine / sizeof(float));

/**
 * Whether the blocks are packed once more for such arrays, where the second begins with a line: one more block costs
 * less than Vecs that lie on two lines.
 */
inline bool hasBlocksOnLines(const Params& p) {
  return Vec::lanes > floatsOffLine && p.outputChannels % Vec::lanes == 0 &&
         p.outputChannels >= Tuning::fewestOnLines * Vec::lanes;
}

inline bool isOffLine(const float* x) {
  return reinterpret_cast<uintptr_t>(x) % (Vec::lanes * sizeof(float)) == floatsOffLine * sizeof(float);
}

/** Floats of the blocks from channel 0 on. */
inline uint64_t plainBlocksSize(const Params& p) { return sizeProduct(packedChannels(p), int64_t(taps(p)) + 1); }

/** Floats of all blocks. */
inline uint64_t depthwisePackedSize(const Params& p) {
  const int64_t again = hasBlocksOnLines(p) ? packedChannels(p) + Vec::lanes : 0;
  return sizeSum(plainBlocksSize(p), sizeProduct(again, int64_t(taps(p)) + 1));
}

uint64_t depthwisePackedBytes(const Params* p) { return floatBytes(depthwisePackedSize(*p)); }

/** Packs the channels from `first` on, beginning again after the last one, and returns where the next block goes. */
inline float* packBlock(const Params& p, const Weights& weights, int32_t first, int32_t lanes, float* packed) {
  const float* filter = static_cast<const float*>(weights.filter);
  for (int32_t lane = 0; lane < lanes; ++lane) {
    const int32_t channel = (first + lane) % p.outputChannels;
    packed[lane] = weights.bias[channel];
    for (ptrdiff_t t = 0; t < taps(p); ++t) packed[(t + 1) * lanes + lane] = filter[t * p.outputChannels + channel];
  }
  return packed + ptrdiff_t(lanes) * (taps(p) + 1);
}

/** Packs whole Vecs of channels, of which the second begins with channel `second`. */
inline float* packBlocks(const Params& p, const Weights& weights, int32_t second, float* packed) {
  for (int32_t c = 0; c < p.outputChannels; c += c == 0 ? second : Vec::lanes) {
    const int32_t first = c + Vec::lanes <= p.outputChannels ? c : p.outputChannels - Vec::lanes;
    packed = packBlock(p, weights, first, Vec::lanes, packed);
  }
  return packed;
}

void depthwisePack(const Params* p, const Weights* weights, void* blocks) {
  const int32_t channels = p->outputChannels;
  float* packed = static_cast<float*>(blocks);
  if (channels < Vec::lanes) {
    for (int32_t i = 0; i < cellPixels(*p) * channels; i += Vec::lanes) {
      packed = packBlock(*p, *weights, i, Vec::lanes, packed);
    }
    for (int32_t c = 0; c < channels; ++c) packed = packBlock(*p, *weights, c, 1, packed);
  } else {
    packed = packBlocks(*p, *weights, Vec::lanes, packed);
    if (hasBlocksOnLines(*p)) packBlocks(*p, *weights, Vec::lanes - floatsOffLine, packed);
  }
}

}  // namespace
