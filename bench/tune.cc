// Times one layer on libraries of one instruction set that differ in how they are tuned, in turns: tune <layer>
// <layout> <symbol> <library>… prints the median of each in microseconds.
#include <dlfcn.h>

#include <random>

#include "../native/params.h"
#include "layer.h"

namespace {

/** Padding as TensorFlow's `'same'`. */
void place(int32_t input, int32_t output, int32_t filter, int32_t stride, int32_t& before, int32_t& after) {
  const int32_t total = std::max(0, (output - 1) * stride + filter - input);
  before = total / 2;
  after = total - before;
}

/** Of a layer's input, or of a stage's in the middle. */
Params stage(const bench::Layer& layer, long height, long width, long channels, long outputs, long kernelHeight,
             long kernelWidth, long stride, long groups) {
  Params p{};
  p.batch = int32_t(layer.batch);
  p.inputHeight = int32_t(height);
  p.inputWidth = int32_t(width);
  p.outputHeight = int32_t((height + stride - 1) / stride);
  p.outputWidth = int32_t((width + stride - 1) / stride);
  p.inputChannels = int32_t(channels);
  p.outputChannels = int32_t(outputs);
  p.filterHeight = int32_t(kernelHeight);
  p.filterWidth = int32_t(kernelWidth);
  p.strideHeight = p.strideWidth = int32_t(stride);
  p.dilationHeight = p.dilationWidth = 1;
  p.groups = int32_t(groups);
  p.products = int32_t(kernelHeight * kernelWidth * channels / groups);
  p.border = REFLECT;
  p.inputType = p.outputType = layer.dtype == "uint8" ? UINT8 : FLOAT32;
  place(p.inputHeight, p.outputHeight, p.filterHeight, p.strideHeight, p.paddingTop, p.paddingBottom);
  place(p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.paddingLeft, p.paddingRight);
  return p;
}

/** The kernel of a layer and the params of its stages. */
std::vector<Params> stagesOf(const bench::Layer& l, std::string& kernel) {
  const long c = l.channels;
  if (l.operation == "depthwiseConv2d") {
    kernel = "depthwise";
    return {stage(l, l.height, l.width, c, l.outputs, l.kernelHeight, l.kernelWidth, l.stride, c)};
  }
  if (l.operation == "separableConv2d") {
    kernel = "separable";
    const Params first = stage(l, l.height, l.width, c, c, l.kernelHeight, l.kernelWidth, l.stride, c);
    return {first, stage(l, first.outputHeight, first.outputWidth, c, l.outputs, 1, 1, 1, 1)};
  }
  if (l.operation == "sepFilter2d") {
    kernel = "sepFilter";
    return {stage(l, l.height, l.width, c, c, 1, l.kernelWidth, 1, c),
            stage(l, l.height, l.width, c, c, l.kernelHeight, 1, 1, c)};
  }
  kernel = l.operation == "pointwiseConv2d" ? "pointwise" : l.operation == "conv2d" ? "conv2d" : "";
  return {stage(l, l.height, l.width, c, l.outputs, l.kernelHeight, l.kernelWidth, l.stride, l.groups)};
}

/** Memory that begins with a line and has one to spare. */
char* memory(uint64_t bytes) { return static_cast<char*>(aligned_alloc(64, (bytes + 127) & ~uint64_t(63))); }

/** Small values as floats, all of them bytes as well. */
float* values(size_t count) {
  static std::mt19937 random(1);
  float* all = reinterpret_cast<float*>(memory(count * sizeof(float)));
  for (size_t i = 0; i < count; ++i) all[i] = float(random() % 256) / 256;
  return all;
}

/** A kernel of one library with operands of its own. */
struct Run {
  const Kernel* kernel;
  const Params* stages;
  Operands operands;
  char* scratch;
  std::vector<double> times;

  void operator()() const { kernel->run(stages, operands, scratch, 0, kernel->units(stages)); }
};

Run prepare(const char* path, const char* symbol, const std::string& name, const std::vector<Params>& stages) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const auto* table = library == nullptr ? nullptr : static_cast<const KernelTable*>(dlsym(library, symbol));
  if (table == nullptr) throw std::runtime_error(std::string("no kernels in ") + path);
  const auto* end = table->kernels + table->count;
  const auto* kernel = std::find_if(table->kernels, end, [&](const Kernel& k) { return k.name == name; });
  if (kernel == end) throw std::runtime_error("no kernel of the name " + name);
  Weights weights[maxStages] = {};
  for (size_t i = 0; i < stages.size(); ++i) {
    weights[i] = {values(size_t(stages[i].products) * stages[i].outputChannels), values(stages[i].outputChannels)};
  }
  const Params &first = stages.front(), &last = stages.back();
  const size_t inputs = size_t(first.batch) * first.inputHeight * first.inputWidth * first.inputChannels;
  const size_t outputs = size_t(last.batch) * last.outputHeight * last.outputWidth * last.outputChannels;
  char* packed = memory(kernel->packedBytes(stages.data()));
  kernel->pack(stages.data(), weights, packed);
  char* scratch = memory(kernel->scratchBytes(stages.data()));
  return {kernel, stages.data(), {values(inputs), values(outputs), nullptr, packed, {}}, scratch, {}};
}

}  // namespace

int main(int count, char** arguments) {
  const int layerArguments = 16;
  const bench::Layer layer = bench::parseLayer(layerArguments, arguments);
  std::string name;
  std::vector<Params> stages = stagesOf(layer, name);
  if (std::string(arguments[layerArguments]) == "NCHW") {
    for (Params& p : stages) p.layout = NCHW;
    name = (name == "pointwise" || name == "conv2d" ? "product" : name) + "Planes";
  }
  std::vector<Run> runs;
  for (int i = layerArguments + 2; i < count; ++i) {
    runs.push_back(prepare(arguments[i], arguments[layerArguments + 1], name, stages));
  }
  const double turn = 0.0005;
  for (int round = 0; round < 31; ++round) {
    for (Run& run : runs) {
      run();
      const double start = bench::now();
      long calls = 0;
      do run();
      while (++calls, bench::now() - start < turn);
      run.times.push_back((bench::now() - start) / double(calls));
    }
  }
  for (Run& run : runs) {
    std::nth_element(run.times.begin(), run.times.begin() + run.times.size() / 2, run.times.end());
    std::cout << run.times[run.times.size() / 2] * 1e6 << '\n';
  }
}
