// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/pool.cuh"

#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_nhwc_pool(Queue& queue, const NhwcTensor& x, const PoolWindow& window, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_pool", nhwc_pool_kernel<T>, nhwc_grid(y), Nhwc<T>(x), window, Nhwc<T>(y));
  });
}

void launch_nhwc_mean(Queue& queue, const NhwcTensor& x, const NhwcTensor& y) {
  const int64_t groups = y.elements() * static_cast<int64_t>(size_bytes(y.dtype)) / 16;
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_mean", nhwc_mean_kernel<T>, grid_for(groups * kMeanThreads), Nhwc<T>(x), Nhwc<T>(y));
  });
}

}  // namespace fxe
