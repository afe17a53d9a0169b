// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/gate.cuh"

#include "kernels/nhwc/gate.h"
#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_nhwc_gate(Queue& queue, const NhwcTensor& x, const NhwcTensor& gate, const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_gate", nhwc_gate_kernel<T>, nhwc_grid(y), Nhwc<T>(x), Nhwc<T>(gate), Nhwc<T>(y));
  });
}

}  // namespace fxe
