// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/cpu/clip.h"
#include "layers/cpu/windows.h"
#include "layers/cpu/workers.h"

namespace fxe::cpu {

// A depthwise convolution (groups = c = k) of channels-last images on kernels/cpu/depthwise_tile.h. Results
// have the same bits for any batch and number of threads.
class DepthwiseConv {
 public:
  static bool fits(const Conv2d&, int64_t channels);

  DepthwiseConv(const Conv2d&, const Shape& x, const Shape& y);

  // Weights [c 1 r s] in the order run() reads them: [r s c].
  std::vector<float> ordered(const std::vector<float>& weights) const;

  struct Operands {
    RowsAt<const float> x;  // [n h w c]
    const float* weights;   // from ordered()
    const float* bias;      // [c]
    RowsAt<float> y;        // [n p q c]
  };
  void run(const Operands&, Workers&) const;                          // when every row is there
  void run_rows(const Operands&, int64_t first, int64_t last) const;  // of y, on this thread

 private:
  void run_pixels(const Operands&, int64_t first, int64_t last, float* y) const;

  Conv2d op_;
  Windows windows_;
  Clip clip_;
};

}  // namespace fxe::cpu
