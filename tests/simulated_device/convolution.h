// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/dtype.h"

namespace fxe::sim {

// What a finished cuDNN plan describes: a convolution, then sums and ReLUs.
struct Convolution {
  struct Tensor {
    int64_t id = 0;
    std::array<int64_t, 4> extents{};  // n c h w; kept as [n h w c]
    int64_t elements() const { return extents[0] * extents[1] * extents[2] * extents[3]; }
  };
  struct Pointwise {
    bool relu = false;
    Tensor added;  // else: of y's extents, or [1 k 1 1]
  };

  DType type = DType::f32;
  Tensor x, w, y;
  std::array<int64_t, 2> pad{}, stride{}, dilation{};  // h, w; pad: before
  std::vector<Pointwise> then;
  bool truncates = false;  // operands to TF32

  // From CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION. Throws for anything fxe does not use.
  static Convolution parse(const std::string& json);

  std::vector<Tensor> tensors() const;
  // Addresses by the tensors' ids. Sums are fp32, over r, s and c in this order.
  void run(const std::map<int64_t, void*>& addresses) const;
};

}  // namespace fxe::sim
