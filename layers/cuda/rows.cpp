// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/softmax.h"
#include "layers/cuda/step.h"

namespace fxe::cuda {

// Changes only the shape (layers/cuda/layout.h); nothing runs if the input's memory can be reused.
Prepared CudaBackend::prepare(const Flatten&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.input(0), y = step.output_as(x.image);
    if (step.dies(0)) return step.in_place(0);
    step.add_pointwise(x, {}, y);
  });
}

Prepared CudaBackend::prepare(const Softmax&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), y = step.output();
    step.add("nhwc_softmax",
             [x = x.image, y = y.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_softmax(queue, at(x, a[0]), at(y, a[1]));
             },
             {x, y});
  });
}

}  // namespace fxe::cuda
