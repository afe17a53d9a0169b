// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/cpu/clip.h"
#include "layers/cpu/windows.h"
#include "layers/cpu/workers.h"

namespace fxe::cpu {

// A depthwise convolution (groups = c = k) of channels-last images on kernels/depthwise_tile_cpu.h. Results
// have the same bits whatever the batch and the number of threads.
class DepthwiseConv {
 public:
  static bool fits(const Conv2d&, int64_t channels);

  DepthwiseConv(const Conv2d&, const Shape& x, const Shape& y);

  // Weights [c 1 r s] as run() reads them: [r s c].
  std::vector<float> ordered(const std::vector<float>& weights) const;

  // x [n h w c], weights by ordered(), bias [c], y [n p q c].
  void run(const float* x, const float* weights, const float* bias, float* y, Workers&) const;

 private:
  Conv2d op_;
  Windows windows_;
  Clip clip_;
};

}  // namespace fxe::cpu
