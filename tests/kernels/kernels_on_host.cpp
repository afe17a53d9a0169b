// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/kernels_on_host.h"

// The launchers and the kernels behind them, compiled a second time for the host.
#include "kernels/conv_pool_tail.cu"
#include "kernels/linear_tail.cu"
#include "kernels/pool_tail.cu"
#include "kernels/start.cu"
#include "kernels/tail.cu"

namespace fxe::test {

void run_tail_kernel(const TailCall& call, int32_t n, unsigned threads) {
  simt::launch("tail", tail_kernel, dim3(static_cast<unsigned>(n)), threads, 0, call);
}

}  // namespace fxe::test
