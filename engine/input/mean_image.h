// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace fxe {

// The mean of the training images, pixel by pixel, as Caffe subtracts it.
struct MeanImage {
  int width = 0, height = 0;  // of the image before the crop
  std::vector<float> planes;  // [3 height width], in units of pixels, in the order of Preprocess::channels
};

}  // namespace fxe
