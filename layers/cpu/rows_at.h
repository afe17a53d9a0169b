// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe::cpu {

// Rows of channels-last images, counted through all of them. Row i begins at `at` + (i & mask) * floats of a
// row. With a mask of -1 every row is there; with 2^m - 1 only the newest 2^m are.
template <class T>
struct RowsAt {
  T* at = nullptr;
  int64_t mask = -1;
};

}  // namespace fxe::cpu
