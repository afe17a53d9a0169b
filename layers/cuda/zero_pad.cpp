// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/pad.h"
#include "layers/cuda/step.h"

namespace fxe::cuda {

Prepared CudaBackend::prepare(const ZeroPad& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), y = step.output();
    step.add("nhwc_pad",
             [top = static_cast<int>(op.pad.top), left = static_cast<int>(op.pad.left), x = x.image,
              y = y.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_pad(queue, at(x, a[0]), top, left, at(y, a[1]));
             },
             {x, y});
  });
}

}  // namespace fxe::cuda
