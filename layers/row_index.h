// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// Which images of a caller's input are the rows of a batch: row r is image[r] for r below count[0]; rows
// after that are computed and mean nothing. On the device, read when the plan runs. No `image`: row r is
// image r.
struct RowIndex {
  const int32_t* image = nullptr;
  const int32_t* count = nullptr;
};

}  // namespace fxe
