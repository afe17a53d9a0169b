// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/lrn.cuh"

#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_nhwc_lrn(Queue& queue, const NhwcTensor& x, const LrnParameters& lrn, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_lrn", nhwc_lrn_kernel<T>, nhwc_grid(y), Nhwc<T>(x), lrn, Nhwc<T>(y));
  });
}

}  // namespace fxe
