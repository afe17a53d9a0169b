// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/prelu.cuh"

#include "kernels/nhwc/launch.h"
#include "kernels/nhwc/prelu.h"

namespace fxe {

void launch_nhwc_prelu(Queue& queue, const NhwcTensor& x, const float* slope, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_prelu", nhwc_prelu_kernel<T>, nhwc_grid(y), Nhwc<T>(x), slope, Nhwc<T>(y));
  });
}

}  // namespace fxe
