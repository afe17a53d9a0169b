// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/image/image.h"

namespace fxe {

// Resampling as in OpenCV's resize(..., INTER_AREA), which MLPerf's ResNet-50 is fed with. As there, one of
// three ways:
//   both sides shrink by whole factors    mean of the block: one sum of integers, scaled in fp32
//   both sides shrink                     mean of the area under an output pixel: fp32, rows first
//   a side grows                          bilinear between two neighbours in fixed point with 11 fractional
//                                         bits; the position counts from an output pixel's left edge
// Results are rounded half to even. They equal OpenCV's to the bit if it is built without fused multiply-adds
// (as on x86), and are otherwise within one grey level. Keeps its scratch memory. Not thread-safe: one per
// thread.
class AreaResizer {
 public:
  // `image` -> `out` of width x height. Unchanged sizes are copied.
  void resize(const Image& image, int width, int height, Image& out);

 private:
  // One source pixel's share in an output pixel.
  struct Share {
    int out, in;
    float weight;
  };
  // The two source pixels around an output pixel, and their weights.
  struct Between {
    int first, second;
    int32_t first_weight, second_weight;
  };

  static void make_shares(int in, int out, double scale, std::vector<Share>&);
  static void make_between(int in, int out, double scale, double inverse, std::vector<Between>&);
  static void shrink_by_blocks(const Image&, int step_x, int step_y, Image& out);
  void shrink(const Image&, double scale_x, double scale_y, Image& out);
  void grow(const Image&, Image& out, double scale_x, double scale_y);

  std::vector<Share> columns_, rows_;
  std::vector<Between> columns_between_, rows_between_;
  std::vector<float> row_, sum_;
  std::vector<int32_t> upper_, lower_;
};

}  // namespace fxe
