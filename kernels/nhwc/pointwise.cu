// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/pointwise.cuh"

#include "kernels/nhwc/launch.h"
#include "kernels/nhwc/pointwise.h"

namespace fxe {

void launch_nhwc_pointwise(Queue& queue, const NhwcTensor& x, const float* scale, const float* shift,
                           const NhwcTensor& other, const PointwiseFunction& f, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_pointwise", nhwc_pointwise_kernel<T>, nhwc_grid(y), Nhwc<T>(x), scale, shift,
           Nhwc<T>(other), f, Nhwc<T>(y));
  });
}

}  // namespace fxe
