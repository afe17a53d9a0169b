// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "layers/plan.h"

namespace fxe {

// One kernel that ran.
struct KernelCall {
  const Plan* plan = nullptr;    // nullptr: not a member's but, say, a tail; `name` says what
  size_t layer = 0, kernel = 0;  // plan->layers()[layer].kernels[kernel]
  int64_t start_ns = 0, ns = 0;  // on the clock's own time line
  std::string name;              // its library's name; may be empty if there is a plan
};

// Where a profile gets the times of kernels.
class KernelClock {
 public:
  virtual ~KernelClock() = default;
  virtual void watch(bool on) = 0;  // forgets what ran before; kernels that run from now on; at first: off
  // The kernels that ran since the last call, in the order they started. Nothing may be running.
  virtual std::vector<KernelCall> take() = 0;
};

}  // namespace fxe
