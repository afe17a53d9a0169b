// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/tail/tail_cuda.h"

namespace fxe::test {

// launch_tail with blocks of any number of whole warps, on the host.
void run_tail_kernel(const TailCall&, int32_t n, unsigned threads);

}  // namespace fxe::test
