// oneDNN (Debian: libdnnl-dev) on images in NHWC, its weights in the layout that it likes best.
#include <dnnl.hpp>

#include "layer.h"

namespace {

using dnnl::convolution_forward, dnnl::memory;
using Tag = memory::format_tag;

/** A convolution with its weights packed, between two images that stay where they are. */
struct Convolution {
  convolution_forward primitive;
  std::unordered_map<int, memory> operands;
};

struct Window {
  long channels, outputs, groups, kernelHeight, kernelWidth, stride, dilation;
};

memory::desc image(long batch, long height, long width, long channels) {
  return {{batch, channels, height, width}, memory::data_type::f32, Tag::nhwc};
}

/** TensorFlow's `'same'`. */
long paddingTotal(long input, long output, long kernel, const Window& w) {
  return std::max(0L, (output - 1) * w.stride + (kernel - 1) * w.dilation + 1 - input);
}

convolution_forward::primitive_desc describe(const dnnl::engine& engine, const memory::desc& source,
                                             const memory::desc& weights, const memory::desc& target, const Window& w) {
  const auto in = source.dims(), out = target.dims();
  const long rows = paddingTotal(in[2], out[2], w.kernelHeight, w),
             columns = paddingTotal(in[3], out[3], w.kernelWidth, w);
  const memory::dims strides{w.stride, w.stride}, dilations{w.dilation - 1, w.dilation - 1};
  const memory::dims before{rows / 2, columns / 2}, after{rows - rows / 2, columns - columns / 2};
  const auto kind = dnnl::prop_kind::forward_inference;
  const auto algorithm = dnnl::algorithm::convolution_auto;
#if DNNL_VERSION_MAJOR < 3
  return {{kind, algorithm, source, weights, target, strides, dilations, before, after}, engine};
#else
  return {engine, kind, algorithm, source, weights, target, strides, dilations, before, after};
#endif
}

/** @param filter [kernel height, kernel width, channels / groups, outputs] */
Convolution prepare(dnnl::engine& engine, dnnl::stream& stream, memory source, memory target,
                    std::vector<float>& filter, const Window& w) {
  const memory::dims dims{w.groups, w.outputs / w.groups, w.channels / w.groups, w.kernelHeight, w.kernelWidth};
  const long tap = w.channels / w.groups * w.outputs;
  const memory::dims strides{w.outputs / w.groups, 1, w.outputs, w.kernelWidth * tap, tap};
  memory plain({dims, memory::data_type::f32, strides}, engine, filter.data());
  const memory::desc best(dims, memory::data_type::f32, Tag::any);
  const auto description = describe(engine, source.get_desc(), best, target.get_desc(), w);
  memory packed(description.weights_desc(), engine);
  dnnl::reorder(plain, packed).execute(stream, plain, packed);
  stream.wait();
  return {convolution_forward(description),
          {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DST, target}}};
}

}  // namespace

int main(int count, char** arguments) {
  const bench::Layer layer = bench::parseLayer(count, arguments);
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  auto input = layer.read<float>("input"), filter = layer.read<float>("filter0");
  const long height = (layer.height + layer.stride - 1) / layer.stride;
  const long width = (layer.width + layer.stride - 1) / layer.stride;
  memory source(image(layer.batch, layer.height, layer.width, layer.channels), engine, input.data());
  memory target(image(layer.batch, height, width, layer.outputs), engine);
  std::vector<Convolution> convolutions;
  Window window{layer.channels,    layer.outputs, layer.groups,  layer.kernelHeight,
                layer.kernelWidth, layer.stride,  layer.dilation};
  if (layer.operation == "depthwiseConv2d") window.groups = layer.channels;
  if (layer.operation == "separableConv2d") {
    auto second = layer.read<float>("filter1");
    memory between(image(layer.batch, height, width, layer.channels), engine);
    window.outputs = window.groups = layer.channels;
    convolutions.push_back(prepare(engine, stream, source, between, filter, window));
    convolutions.push_back(
        prepare(engine, stream, between, target, second, {layer.channels, layer.outputs, 1, 1, 1, 1, 1}));
  } else {
    convolutions.push_back(prepare(engine, stream, source, target, filter, window));
  }
  const auto run = [&] {
    for (auto& [primitive, operands] : convolutions) primitive.execute(stream, operands);
    stream.wait();
  };
  run();
  bench::writeFile(layer.result, static_cast<const float*>(target.get_data_handle()),
                   size_t(layer.batch * height * width * layer.outputs));
  bench::takeTurns(run);
}
