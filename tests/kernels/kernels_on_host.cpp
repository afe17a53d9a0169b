// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/kernels_on_host.h"

// The launchers and the kernels behind them, compiled a second time for the host.
#include "kernels/tail/conv_pool_tail.cu"
#include "kernels/tail/linear_tail.cu"
#include "kernels/tail/pool_tail.cu"
#include "kernels/tail/start.cu"
#include "kernels/tail/tail.cu"

namespace fxe::test {

void run_tail_kernel(const TailCall& call, int32_t n, unsigned threads) {
  simt::launch("tail", tail_kernel, dim3(static_cast<unsigned>(n)), threads, 0, call);
}

}  // namespace fxe::test
