// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/conv.cuh"

#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_nhwc_depthwise(Queue& queue, const NhwcTensor& x, const DirectConv& conv,
                           const NhwcTensor& residual, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_depthwise", nhwc_depthwise_kernel<T>, nhwc_grid(y), Nhwc<T>(x), conv,
           Nhwc<T>(residual), Nhwc<T>(y));
  });
}

void launch_nhwc_direct_conv(Queue& queue, const NhwcTensor& x, const DirectConv& conv,
                             const NhwcTensor& residual, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_direct_conv", nhwc_direct_conv_kernel<T>, nhwc_grid(y), Nhwc<T>(x), conv,
           Nhwc<T>(residual), Nhwc<T>(y));
  });
}

}  // namespace fxe
