// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/shuffle.cuh"

#include "kernels/nhwc/launch.h"
#include "kernels/nhwc/shuffle.h"

namespace fxe {

void launch_nhwc_shuffle(Queue& queue, const NhwcTensor& x, int groups, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_shuffle", nhwc_shuffle_kernel<T>, nhwc_grid(y), Nhwc<T>(x), groups, Nhwc<T>(y));
  });
}

}  // namespace fxe
