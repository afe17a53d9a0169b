// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe::cpu {

// Rows of channels-last images, counted through all of them. Row i begins at `at` + (i & mask) * floats of a
// row: a mask of -1 says that every row is there, one of 2^m - 1 that the newest 2^m are.
template <class T>
struct RowsAt {
  T* at = nullptr;
  int64_t mask = -1;
};

}  // namespace fxe::cpu
