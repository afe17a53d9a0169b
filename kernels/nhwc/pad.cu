// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/pad.cuh"

#include "kernels/nhwc/launch.h"
#include "kernels/nhwc/pad.h"

namespace fxe {

void launch_nhwc_pad(Queue& queue, const NhwcTensor& x, int top, int left, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_pad", nhwc_pad_kernel<T>, nhwc_grid(y), Nhwc<T>(x), top, left, Nhwc<T>(y));
  });
}

}  // namespace fxe
