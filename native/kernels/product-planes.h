// The dense product for NCHW tensors: that of product.h with its parts exchanged. Its rows are the output channels,
// whose weights stand as they are packed; its panels are pixels, packed here from planes. A panel begins with zeros,
// and its first product is the bias times one, which is the bias.
#pragma once
#include "planes.h"
#include "pointwise.h"

namespace {

/** Rows of a panel before those of its products: zeros, ones. */
constexpr int32_t headRows = 2;

/** Floats of one panel beyond which none is packed: outputs with so many products are computed by their definition. */
constexpr int64_t mostPanelFloats = 1 << 24;

/** Pixels of a panel that is full. */
constexpr int32_t panelPixels = Tuning::panelVecs * Vec::lanes;

/** Output channels that go through all pixels of a block before the next ones, in whole tiles over any panel. */
constexpr int32_t channelsTogether = 3 * tilePixels<3>;

/** Rows of a tile over a narrow panel, which uses each weight but once: so few that they can all be fetched ahead. */
constexpr int fewRows = tilePixels<1> < 8 ? tilePixels<1> : 8;

/** Rows of a panel. */
inline int64_t panelRows(const Params& p) { return int64_t(p.products) + headRows; }

inline int32_t panelsOfPlane(const Params& p) { return int32_t((outputPlane(p) - 1) / panelPixels + 1); }

/** Pixels that are packed together, in whole panels. */
inline int32_t blockPixels(const Params& p) {
  const int32_t pixels =
      atMostInt(atLeastInt(int32_t(Tuning::blockFloats / panelRows(p)), Tuning::leastBlock), Tuning::mostBlock);
  return atMostInt(atLeastInt(pixels / panelPixels, 1), panelsOfPlane(p)) * panelPixels;
}

inline bool packsPanels(const Params& p) { return panelRows(p) * panelPixels <= mostPanelFloats; }

/** Floats of the panels of a block. */
inline int64_t panelScratch(const Params& p) { return packsPanels(p) ? blockPixels(p) * panelRows(p) + lineFloats : 0; }

/** Calls `each(to, pixel, valid, width)` for a row of every panel of `count` pixels. */
template <class Each>
inline void inPanels(int32_t count, int32_t rows, int32_t row, float* panels, Each each) {
  for (int32_t panel = 0; panel < panelCount(count); ++panel) {
    const int32_t pixel = panelBegin(count, panel);
    const int32_t valid = panelBegin(count, panel + 1) - pixel;
    const int32_t width = vecsOf(valid) * Vec::lanes;
    each(panels + ptrdiff_t(pixel) * rows + ptrdiff_t(row) * width, pixel, valid, width);
  }
}

inline void packHead(int32_t count, int32_t rows, float* panels) {
  inPanels(count, rows, 0, panels, [](float* to, int32_t, int32_t, int32_t width) {
    for (int32_t i = 0; i < width; i += Vec::lanes) {
      Vec::splat(0).store(to + i);
      Vec::splat(1).store(to + width + i);
    }
  });
}

/** Packs `count` pixels of planes as they stand. */
inline void packPixels(const Planes& planes, ptrdiff_t planeStep, int32_t channels, int32_t count, float* panels) {
  const float* from = planes.first;
  for (int32_t c = 0; c < channels; ++c, from += planeStep) {
    inPanels(count, channels + headRows, c + headRows, panels,
             [&](float* to, int32_t pixel, int32_t valid, int32_t width) {
               copyRow(from + pixel, planes.end, 1, valid, to, to + width);
             });
  }
}

/**
 * One tap of `count` neighbouring outputs, of which the first one's stands in row `y`, column `x`, of so many planes: a
 * row of the panel from each, up to `toEnd` in the first.
 */
inline void packTap(const Params& p, const Planes& planes, int32_t channels, int32_t y, int32_t x, int32_t count,
                    float* to, const float* toEnd, int32_t width) {
  const int32_t stride = p.strideWidth;
  int32_t begin = 0;
  int32_t end = y < 0 || y >= p.inputHeight ? 0 : count;
  if (end > 0 && x < 0) begin = atMostInt(ceilDivide(-x, stride), count);
  if (end > 0 && x + ptrdiff_t(count - 1) * stride >= p.inputWidth) {
    end = atLeastInt(ceilDivide(p.inputWidth - x, stride), begin);
  }
  const float* from = planes.first;
  if (begin < end) from += ptrdiff_t(y) * p.inputWidth + x + ptrdiff_t(begin) * stride;
  for (int32_t c = 0; c < channels; ++c, from += inputPlane(p), to += width, toEnd += width) {
    zeroRow(begin, to, toEnd);
    copyRow(from, planes.end, stride, end - begin, to + begin, toEnd);
    zeroRow(count - end, to + end, toEnd);
  }
}

/** Packs the windows of the outputs [first, first + count), over so many planes. */
inline void packWindows(const Params& p, const Planes& planes, int32_t channels, int32_t first, int32_t count,
                        float* panels) {
  for (int32_t tap = 0; tap < p.filterHeight * p.filterWidth; ++tap) {
    const int32_t down = tap / p.filterWidth * p.dilationHeight - p.paddingTop;
    const int32_t across = tap % p.filterWidth * p.dilationWidth - p.paddingLeft;
    inPanels(count, p.products + headRows, tap * channels + headRows, panels,
             [&](float* to, int32_t pixel, int32_t valid, int32_t width) {
               for (int32_t done = 0; done < valid;) {
                 const int32_t outY = (first + pixel + done) / p.outputWidth;
                 const int32_t outX = (first + pixel + done) % p.outputWidth;
                 const int32_t run = atMostInt(p.outputWidth - outX, valid - done);
                 packTap(p, planes, channels, outY * p.strideHeight + down, outX * p.strideWidth + across, run,
                         to + done, to + width, width);
                 done += run;
               }
             });
  }
}

/** The outputs of packed pixels: `channels` planes from `y` on, whose weights begin at `rows`. */
inline void productPanels(const Epilogue& e, const float* panels, const float* rows, int32_t channels, int32_t pixels,
                          float* y, ptrdiff_t planeStep) {
  Products t{};
  t.rows = t.columns = 1;
  t.channels = e.p.products + 1;
  t.pixelStep = t.channels;
  t.count = t.channels;
  t.outputChannels = pixels;
  t.outputStep = planeStep;
  for (int32_t o = 0; o < channels; o += channelsTogether) {
    productPixels<fewRows>(e, t, rows + o * t.pixelStep, panels, y + o * planeStep,
                           atMostInt(channelsTogether, channels - o));
  }
}

uint64_t productPlanesPackedBytes(const Params* p) { return floatBytes(planesPackedSize(*p)); }

void productPlanesPack(const Params* p, const Weights* weights, void* packed) {
  packPlanes(*p, *weights, static_cast<float*>(packed));
}

int32_t productPlanesUnits(const Params* p) {
  if (sharesPanels(*p)) return (p->outputChannels - 1) / channelsTogether + 1;
  return p->batch * panelsOfPlane(*p);
}

uint64_t productPlanesScratchBytes(const Params* p) { return floatBytes(panelScratch(*p)); }

/** Whether the output planes are as the input's, pixel for pixel. */
inline bool isDense(const Params& p) {
  return p.filterHeight == 1 && p.filterWidth == 1 && p.strideHeight == 1 && p.strideWidth == 1 && !isPadded(p);
}

/** The outputs [begin, end) of one image, few enough for the panels, of the output channels [first, last). */
inline void productBlock(const Epilogue& e, const Planes& planes, int32_t image, const float* packed, float* panels,
                         int32_t begin, int32_t end, int32_t first, int32_t last) {
  const Params& p = e.p;
  const int32_t inputs = p.inputChannels / p.groups;
  const int32_t outputs = p.outputChannels / p.groups;
  float* y = e.output + ptrdiff_t(image) * p.outputChannels * outputPlane(p) + begin;
  const bool packs = packsPanels(p);
  if (packs) packHead(end - begin, p.products + headRows, panels);
  for (int32_t group = first / outputs; group * outputs < last; ++group) {
    const int32_t from = atLeastInt(first, group * outputs);
    const int32_t to = atMostInt(last, (group + 1) * outputs);
    const float* rows = packed + from * (ptrdiff_t(p.products) + 1);
    const float* input = planes.first + (ptrdiff_t(image) * p.inputChannels + group * inputs) * inputPlane(p);
    if (packs && isDense(p)) {
      packPixels({input + begin, planes.end}, inputPlane(p), inputs, end - begin, panels);
    } else if (packs) {
      packWindows(p, {input, planes.end}, inputs, begin, end - begin, panels);
    }
    if (packs) productPanels(e, panels, rows, to - from, end - begin, y + from * outputPlane(p), outputPlane(p));
    const bool defines = !packs || skipsPadding(p, packed);
    for (int32_t o = from; o < to && defines; ++o, rows += ptrdiff_t(p.products) + 1) {
      definedPixels(e, {input, inputPlane(p), inputs}, rows, begin, end, y + o * outputPlane(p), !packs);
    }
  }
  for (int32_t o = first; o < last; ++o) secondPassPlane(e, y + o * outputPlane(p), end - begin, o);
}

void productPlanes(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  const Planes planes = inputPlanes(*p, operands);
  const float* packed = static_cast<const float*>(operands.packed);
  const int32_t panelsOfImage = panelsOfPlane(*p);
  const bool shares = sharesPanels(*p);
  const int32_t first = shares ? begin * channelsTogether : 0;
  const int32_t last = shares ? atMostInt(end * channelsTogether, p->outputChannels) : p->outputChannels;
  const int32_t firstPanel = shares ? 0 : begin;
  const int32_t lastPanel = shares ? p->batch * panelsOfImage : end;
  for (int32_t panel = firstPanel; panel < lastPanel;) {
    const int32_t inImage = panel % panelsOfImage;
    const int32_t left = atMostInt(lastPanel - panel, panelsOfImage - inImage);
    const int32_t together = atMostInt(left, blockPixels(*p) / panelPixels);
    const int32_t pixel = inImage * panelPixels;
    const int32_t pixelsEnd = atMostInt(pixel + together * panelPixels, int32_t(outputPlane(*p)));
    productBlock(e, planes, panel / panelsOfImage, packed, lineIn(scratch), pixel, pixelsEnd, first, last);
    panel += together;
  }
}

}  // namespace
