// The layer that a program is asked to run, as bench/run.ts writes it on the command line.
#pragma once
#include <string>

#include "turns.h"

namespace bench {

struct Layer {
  std::string operation, dtype;
  long batch, height, width, channels, kernelHeight, kernelWidth, outputs, stride, dilation, groups, threads;
  std::string folder, result;

  /** The contents of `input`, `filter0` or `filter1`. */
  template <class T>
  std::vector<T> read(const std::string& name) const {
    return readFile<T>(folder + "/" + name);
  }
};

inline Layer parseLayer(int count, char** arguments) {
  Layer layer;
  long* numbers[] = {&layer.batch,        &layer.height,      &layer.width,   &layer.channels,
                     &layer.kernelHeight, &layer.kernelWidth, &layer.outputs, &layer.stride,
                     &layer.dilation,     &layer.groups,      &layer.threads};
  if (count != 16) {
    std::cout << "bench failed expected 15 arguments" << std::endl;
    std::exit(1);
  }
  layer.operation = arguments[1];
  layer.dtype = arguments[2];
  for (int i = 0; i < 11; ++i) *numbers[i] = std::atol(arguments[3 + i]);
  layer.folder = arguments[14];
  layer.result = arguments[15];
  return layer;
}

}  // namespace bench
