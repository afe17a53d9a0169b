// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/layer_norm.h"

#include "layers/cuda/step.h"

namespace fxe::cuda {

Prepared CudaBackend::prepare(const LayerNorm& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0);
    step.take_over({x});
    step.add(
        "nhwc_layer_norm",
        [epsilon = static_cast<float>(op.epsilon), image = x.image](Queue& queue, std::span<void* const> a) {
          const LayerNormParameters norm{static_cast<const float*>(a[1]), static_cast<const float*>(a[2]),
                                         epsilon};
          launch_nhwc_layer_norm(queue, at(image, a[0]), norm, at(image, a[3]));
        },
        {x, step.per_channel(op.scale, x.image), step.per_channel(op.shift, x.image), step.output()});
  });
}

}  // namespace fxe::cuda
