// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tests/weights_converter/caffe/builder.h"

namespace fxe::test {

constexpr int64_t kCaffeClasses = 16;

struct CaffeCase {
  std::string name;
  caffe::Net net;
  int64_t c, h, w;  // of its image
};

// Published networks in their caffemodels' form, layer by layer, but `narrow` times narrower and for
// kCaffeClasses: AlexNet and CaffeNet (both forms of layers), ResNet-50, -101, -152, SqueezeNet 1.0, 1.1.
std::vector<CaffeCase> caffe_networks(int64_t narrow);

// Small nets that together have every layer and every way to state its parameters.
std::vector<CaffeCase> caffe_layer_cases();

}  // namespace fxe::test
