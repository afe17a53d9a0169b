// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/layout.cuh"

#include "kernels/nhwc/launch.h"
#include "kernels/nhwc/layout.h"

namespace fxe {

void launch_nhwc_from_plain(Queue& queue, const float* x, const NhwcRows& rows, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_from_plain", nhwc_from_plain_kernel<T>, nhwc_grid(y), x, rows, Nhwc<T>(y));
  });
}

void launch_nhwc_from_pixels(Queue& queue, const uint8_t* x, const float* values, const NhwcRows& rows,
                             const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_from_pixels", nhwc_from_pixels_kernel<T>, nhwc_grid(y), x, values, rows, Nhwc<T>(y));
  });
}

void launch_nhwc_to_plain(Queue& queue, const NhwcTensor& x, float* y) {
  with_element_type(x.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_to_plain", nhwc_to_plain_kernel<T>, nhwc_grid(x), Nhwc<T>(x), y);
  });
}

void launch_nhwc_flatten(Queue& queue, const NhwcTensor& x, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_flatten", nhwc_flatten_kernel<T>, nhwc_grid(y), Nhwc<T>(x), Nhwc<T>(y));
  });
}

}  // namespace fxe
