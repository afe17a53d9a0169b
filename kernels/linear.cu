// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.cuh"

#include "kernels/linear_tile.h"
#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_linear(Queue& queue, const NhwcTensor& x, const void* weight, const float* bias,
                   const PointwiseFunction& f, const NhwcTensor& y) {
  const auto rows = static_cast<int32_t>(y.n), depth = static_cast<int32_t>(x.h * x.w * x.stored_c);
  with_element_type(y.dtype, [&]<class T>(T) {
    with_linear_tile(rows, [&]<int kRows, int kClasses>(LinearTile<kRows, kClasses> tile) {
      const Grid grid{tile.blocks(rows, static_cast<int32_t>(y.stored_c), kLinearWarps), kLinearThreads};
      launch(queue, "linear", linear_kernel<T, kRows, kClasses>, grid, static_cast<const T*>(x.data),
             static_cast<const T*>(weight), bias, depth, f, Nhwc<T>(y));
    });
  });
}

}  // namespace fxe
