// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/slice.cuh"

#include "kernels/nhwc/launch.h"
#include "kernels/nhwc/slice.h"

namespace fxe {

void launch_nhwc_slice(Queue& queue, const NhwcTensor& x, int first, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_slice", nhwc_slice_kernel<T>, nhwc_grid(y), Nhwc<T>(x), first, Nhwc<T>(y));
  });
}

}  // namespace fxe
