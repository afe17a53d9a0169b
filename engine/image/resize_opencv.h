// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/image/image.h"

namespace fxe {

// Bilinear resampling equal to OpenCV's cv::resize(..., INTER_LINEAR) of 8-bit images bit for bit, which
// Caffe's tools prepare images with. Not antialiased: each output pixel mixes the two by two source pixels
// around its centre, however much the image shrinks; halving both sides averages two by two. Coefficients in
// fixed point with 11 fractional bits. Keeps its scratch memory. Not thread-safe: one per thread.
class OpencvResizer {
 public:
  void resize(const Image& image, int width, int height, Image& out);

 private:
  // One output position: (in[first] * weight[0] + in[second] * weight[1]) / 2^11.
  struct Taps {
    int first, second;
    int32_t weight[2];
  };

  const std::vector<int32_t>& row(const Image& image, int y, int keep);

  std::vector<Taps> columns_;
  struct Row {
    int y;
    std::vector<int32_t> values;  // resampled horizontally, not yet divided
  };
  Row rows_[2];
};

}  // namespace fxe
