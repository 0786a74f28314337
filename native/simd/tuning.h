// What is tuned for a machine: shapes of tiles, blocks, thresholds. The header of an instruction set says where its own
// differ. `npm run tune` shows how they do against their neighbours; bits depend on none of them.
#pragma once
#include <stdint.h>

namespace {

struct UsualTuning {
  /** Dense products: Vecs of a panel of output channels, two or three. */
  static constexpr int panelVecs = 3;
  /** Pixels of a register tile over panels of one, two and three Vecs. */
  static constexpr int pixelsOfOne = 6;
  static constexpr int pixelsOfTwo = 6;
  static constexpr int pixelsOfThree = 4;
  /** Pixels that go through all panels before the next ones, so that they stay in the nearest cache. */
  static constexpr int32_t pixelBlock = 144;
  /** Below so many pixels, threads share out the panels. */
  static constexpr int32_t fewPixels = 192;

  /** Depthwise: pixels of windows that do not slide that go through all channels together, so that memory is read
   * nearly in order. */
  static constexpr int32_t pixelsTogether = 14;
  /** Channels from which on the pixels of a tile stand in so few sets of the nearest cache that those of two rows drive
   * each other out, where weights are read from memory in between. */
  static constexpr int32_t channelsOfOneSet = 512;
  /** Vecs of channels from which on one more costs less than Vecs that lie on two lines. */
  static constexpr int32_t fewestOnLines = 6;
  /** Floats of repeated input rows: what the second cache holds. */
  static constexpr uint64_t repeatedFloats = 1 << 16;

  /** Planes: floats of packed pixels, and the bounds of their number: runs of a plane that are long enough to fetch
   * ahead. */
  static constexpr int32_t blockFloats = 1 << 16;
  static constexpr int32_t leastBlock = 64;
  static constexpr int32_t mostBlock = 1024;
  /** Floats of a strip: what the nearest cache likes; and its least rows. */
  static constexpr int32_t stripFloats = 6144;
  static constexpr int32_t leastStripRows = 8;
  /** Outputs of a row up to which planes are narrow, and floats of them in scratch: the nearest cache holds them beside
   * the weights. */
  static constexpr int32_t widestNarrow = 24;
  static constexpr int64_t narrowFloats = 8192;
  /** Floats of depthwise planes between the halves of a separable convolution. */
  static constexpr int32_t betweenFloats = 1 << 16;

  /** Image filters: Vecs of sums at once; Vecs of each of four rows of outputs at once; and floats of a line that are
   * converted together. */
  static constexpr int sumVecs = 8;
  static constexpr int columnVecs = 2;
  static constexpr int convertedFloats = 2048;
};

}  // namespace
