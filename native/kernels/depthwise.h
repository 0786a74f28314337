// Lanes hold neighbouring channels. Weights are packed [multiplier][blocks of lanes][bias, taps][lanes], so that the
// weights of a Vec stand together. The last block ends with the last channel, and computes those before it again. Where
// the channels are fewer than the lanes, neighbouring pixels join into cells that fill whole Vecs (the three channels
// of a picture: 8 pixels are 3 Vecs of 8), if a cell's inputs are neighbours too; what is left goes lane by lane.
#pragma once
#include "../window.h"
#include "depthwise-tile.h"

namespace {

inline int32_t taps(const Params& p) { return p.filterHeight * p.filterWidth; }

/** Pixels that join into a cell, or 0 where none do. */
inline int32_t cellPixels(const Params& p) {
  if (p.inputChannels >= Vec::lanes || p.strideWidth != 1 || p.outputChannels != p.inputChannels) return 0;
  int32_t pixels = 1;
  while (pixels * p.inputChannels % Vec::lanes != 0) ++pixels;
  return pixels;
}

/** Channels that the blocks of one multiple cover, those of a cell and those computed twice among them. */
inline int32_t packedChannels(const Params& p) {
  if (p.inputChannels < Vec::lanes) return (cellPixels(p) + 1) * p.inputChannels;
  return (p.inputChannels + Vec::lanes - 1) / Vec::lanes * Vec::lanes;
}

size_t depthwisePackedSize(const Params* p) {
  return size_t(p->outputChannels / p->inputChannels) * packedChannels(*p) * (taps(*p) + 1);
}

/** Packs the channels from `first` on, beginning again after the last one, and returns where the next block goes. */
inline float* packBlock(const Params& p, const Weights& weights, int32_t m, int32_t first, int32_t lanes,
                        float* packed) {
  const int32_t multiplier = p.outputChannels / p.inputChannels;
  for (int32_t lane = 0; lane < lanes; ++lane) {
    const int32_t out = (first + lane) % p.inputChannels * multiplier + m;
    packed[lane] = weights.bias[out];
    for (int32_t t = 0; t < taps(p); ++t) {
      packed[(t + 1) * lanes + lane] = weights.filter[size_t(t) * p.outputChannels + out];
    }
  }
  return packed + size_t(lanes) * (taps(p) + 1);
}

void depthwisePack(const Params* p, const Weights* weights, float* packed) {
  const int32_t channels = p->inputChannels;
  for (int32_t m = 0; m < p->outputChannels / channels; ++m) {
    if (channels < Vec::lanes) {
      for (int32_t i = 0; i < cellPixels(*p) * channels; i += Vec::lanes) {
        packed = packBlock(*p, *weights, m, i, Vec::lanes, packed);
      }
      for (int32_t c = 0; c < channels; ++c) packed = packBlock(*p, *weights, m, c, 1, packed);
    } else {
      for (int32_t c = 0; c < channels; c += Vec::lanes) {
        const int32_t first = c + Vec::lanes <= channels ? c : channels - Vec::lanes;
        packed = packBlock(*p, *weights, m, first, Vec::lanes, packed);
      }
    }
  }
}

/** Pixels that go through all channels before the next ones: memory is read and written nearly in order. */
constexpr int32_t pixelsTogether = 16;

/** Channels in whole Vecs. `x` is the first tap inside and `y` the first output, of channel 0. */
inline void depthwiseVecs(const Epilogue& e, const DepthwiseWindow& w, const float* x, const float* packed, float* y,
                          int32_t pixels) {
  const int32_t channels = e.p.inputChannels;
  const int32_t multiplier = e.p.outputChannels / channels;
  const int32_t size = taps(e.p) + 1;
  const Run<Vec> run = runFor<Vec>(w);
  for (; pixels > 0; pixels -= pixelsTogether, x += pixelsTogether * w.pixelStep, y += pixelsTogether * w.outputStep) {
    const int32_t count = pixels < pixelsTogether ? pixels : pixelsTogether;
    const float* f = packed;
    for (int32_t m = 0; m < multiplier; ++m) {
      for (int32_t c = 0; c < channels; c += Vec::lanes, f += size * Vec::lanes) {
        const int32_t first = c + Vec::lanes <= channels ? c : channels - Vec::lanes;
        run(e, w, x + first, f, y + first * multiplier + m, count);
      }
    }
  }
}

/** Channels that are fewer than the lanes: cells of pixels, then single lanes. */
inline void depthwiseCells(const Epilogue& e, const DepthwiseWindow& w, const float* x, const float* packed, float* y,
                           int32_t pixels) {
  const int32_t channels = e.p.inputChannels;
  const int32_t multiplier = e.p.outputChannels / channels;
  const int32_t size = taps(e.p) + 1;
  const int32_t perCell = cellPixels(e.p);
  const int32_t cells = perCell == 0 ? 0 : pixels / perCell;
  if (cells > 0) {
    DepthwiseWindow cell = w;
    cell.pixelStep = cell.outputStep = ptrdiff_t(perCell) * channels;
    const Run<Vec> run = runFor<Vec>(w);
    for (int32_t i = 0; i < perCell * channels; i += Vec::lanes) run(e, cell, x + i, packed + i * size, y + i, cells);
  }
  const ptrdiff_t done = ptrdiff_t(cells) * perCell;
  const Run<Lane> run = runFor<Lane>(w);
  for (int32_t m = 0; m < multiplier; ++m) {
    const float* f = packed + (ptrdiff_t(m) * packedChannels(e.p) + perCell * channels) * size;
    for (int32_t c = 0; c < channels; ++c, f += size) {
      run(e, w, x + done * w.pixelStep + c, f, y + done * w.outputStep + c * multiplier + m, pixels - int32_t(done));
    }
  }
}

/** Row `outY` of the outputs of one image. `y` is its first one. */
void depthwiseRow(const Epilogue& e, const float* image, const float* packed, int32_t outY, float* y) {
  const Params& p = e.p;
  const Axis across = horizontalAxis(p);
  const Taps down = tapsInside(verticalAxis(p), outY);
  const Interior inner = interior(across);
  const int32_t multiplier = p.outputChannels / p.inputChannels;
  const float* row = image + ptrdiff_t(down.origin + down.begin * p.dilationHeight) * p.inputWidth * p.inputChannels;
  DepthwiseWindow w;
  w.rows = down.end - down.begin;
  w.rowStep = ptrdiff_t(p.dilationHeight) * p.inputWidth * p.inputChannels;
  w.columnStep = ptrdiff_t(p.dilationWidth) * p.inputChannels;
  w.pixelStep = ptrdiff_t(p.strideWidth) * p.inputChannels;
  w.outputStep = p.outputChannels;
  w.laneStep = multiplier;
  w.filterWidth = p.filterWidth;
  for (int32_t outX = 0; outX < p.outputWidth;) {
    const Taps along = tapsInside(across, outX);
    const int32_t pixels = outX >= inner.begin && outX < inner.end ? inner.end - outX : 1;
    w.columns = along.end - along.begin;
    w.firstTap = down.begin * p.filterWidth + along.begin;
    const float* x = row + ptrdiff_t(along.origin + along.begin * p.dilationWidth) * p.inputChannels;
    float* out = y + ptrdiff_t(outX) * p.outputChannels;
    if (p.inputChannels < Vec::lanes) {
      depthwiseCells(e, w, x, packed, out, pixels);
    } else {
      depthwiseVecs(e, w, x, packed, out, pixels);
    }
    outX += pixels;
  }
  secondPass(e, y, p.outputWidth, 0, p.outputChannels);
}

/** The rows [begin, end) of the outputs of a whole batch, of which row `begin` goes to `y`. */
inline void depthwiseRows(const Epilogue& e, const float* input, const float* packed, int32_t begin, int32_t end,
                          float* y) {
  const Params& p = e.p;
  const ptrdiff_t imageSize = ptrdiff_t(p.inputHeight) * p.inputWidth * p.inputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(p.outputWidth) * p.outputChannels;
  for (int32_t row = begin; row < end; ++row) {
    const float* image = input + row / p.outputHeight * imageSize;
    depthwiseRow(e, image, packed, row % p.outputHeight, y + (row - begin) * rowSize);
  }
}

int32_t depthwiseUnits(const Params* p) { return p->batch * p->outputHeight; }

size_t depthwiseScratchSize(const Params*) { return 0; }

void depthwise(const Params* p, const Operands& operands, float*, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  float* y = e.output + ptrdiff_t(begin) * p->outputWidth * p->outputChannels;
  depthwiseRows(e, static_cast<const float*>(operands.input), operands.packed, begin, end, y);
}

}  // namespace
