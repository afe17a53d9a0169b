// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/shape.h"
#include "layers/cpu/rows_at.h"
#include "layers/op.h"

namespace fxe::cpu {

// What lies under a filter at an output pixel of channels-last images: addresses of channels, or of a row of
// zeros outside the image.
class Windows {
 public:
  // x: [n c h w], y: [n k p q].
  Windows(const Conv2d&, const Shape& x, const Shape& y);

  // Taps of a window. If the values under a row of the filter are contiguous for every pixel, a row is
  // one tap.
  int64_t taps() const { return op_.filter.h * taps_w_; }
  int64_t pixels_of_tap() const { return op_.filter.w / taps_w_; }
  int64_t pixels() const { return pixels_; }    // of all output images
  int64_t pixels_of_row() const { return q_; }  // of an output image

  // Output pixels `pixel` to pixel + rows - 1: to[tap * rows + j], taps in the order [r s].
  void find(RowsAt<const float> x, int64_t pixel, int rows, const float** to) const;

 private:
  void find_in_row(RowsAt<const float> x, int64_t n, int64_t p, int64_t q, int count, const float** to,
                   int step) const;

  Conv2d op_;
  int64_t h_, w_, c_, p_, q_, pixels_, taps_w_;
  std::shared_ptr<const std::vector<float>> zeros_;  // [c]
};

}  // namespace fxe::cpu
