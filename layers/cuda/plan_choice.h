// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "layers/backend.h"

// What cuDNN plans and cuBLASLt plans have in common.
namespace fxe {

struct PlanOptions {
  Precision precision = Precision::fp32;
  size_t workspace_limit_bytes = size_t{64} << 20;
};

// Which of the library's engines, and its settings. This is what a cache keeps; the problem stays the
// caller's.
struct PlanChoice {
  int64_t engine = -1;                             // the library's number for it
  std::vector<std::pair<int64_t, int64_t>> knobs;  // type, value; by type
  bool operator==(const PlanChoice&) const = default;
};

}  // namespace fxe
