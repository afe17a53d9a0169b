// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/nhwc.h"

#include "engine/error.h"

namespace fxe {

int64_t stored_channels(DType dtype, int64_t c) {
  const auto lanes = static_cast<int64_t>(16 / size_bytes(dtype));
  return (c + lanes - 1) / lanes * lanes;
}

void throw_no_nhwc_kernel(DType dtype) {
  throw run_time_error("no kernel for values of type {}", name(dtype));
}

}  // namespace fxe
