// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/softmax.cuh"

#include "kernels/nhwc/launch.h"
#include "kernels/nhwc/softmax.h"

namespace fxe {

void launch_nhwc_softmax(Queue& queue, const NhwcTensor& x, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_softmax", nhwc_softmax_kernel<T>, grid_for(x.n * 32), Nhwc<T>(x), Nhwc<T>(y));
  });
}

}  // namespace fxe
