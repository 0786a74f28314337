// OpenCV (Debian: libopencv-dev): its spatially separable filter.
#include <opencv2/imgproc.hpp>

#include "layer.h"

int main(int count, char** arguments) {
  const bench::Layer layer = bench::parseLayer(count, arguments);
  cv::setNumThreads(int(layer.threads));
  auto bytes = layer.read<uint8_t>("input");
  auto row = layer.read<float>("filter0"), column = layer.read<float>("filter1");
  const int type = CV_MAKETYPE(layer.dtype == "uint8" ? CV_8U : CV_32F, int(layer.channels));
  const cv::Mat source(int(layer.height), int(layer.width), type, bytes.data());
  cv::Mat target(source.size(), type);
  const auto run = [&] { cv::sepFilter2D(source, target, -1, row, column, {-1, -1}, 0, cv::BORDER_REPLICATE); };
  run();
  bench::writeFile(layer.result, target.data, target.total() * target.elemSize());
  bench::takeTurns(run);
}
