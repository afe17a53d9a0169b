// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// A SWITCH node over the batch sizes that a member is compiled for, set by the kernel in front of it: body i
// runs a batch of rows[i]. Passed to kernels by value.
struct BatchSwitch {
  static constexpr int32_t kMaxSizes = 24;

  uint64_t handle = 0;           // cudaGraphConditionalHandle; every value is valid
  int32_t sizes = 0;             // number of bodies; 0: there is no such node
  int32_t rows[kMaxSizes] = {};  // ascending; the last is the batch's capacity
};

}  // namespace fxe
