// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/pool.h"

#include "layers/cuda/step.h"

namespace fxe::cuda {

Prepared CudaBackend::prepare(const Pool2d& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const auto as_int = [](int64_t value) { return static_cast<int>(value); };
    const PoolWindow window{.maximum = op.kind == Pool2d::Kind::max,
                            .count_padding = op.count_padding,
                            .r = as_int(op.filter.h),
                            .s = as_int(op.filter.w),
                            .stride_h = as_int(op.stride.h),
                            .stride_w = as_int(op.stride.w),
                            .pad_top = as_int(op.pad.top),
                            .pad_left = as_int(op.pad.left),
                            .pad_bottom = as_int(op.pad.bottom),
                            .pad_right = as_int(op.pad.right)};
    const Operand x = step.ordered_input(0), y = step.output();
    step.add("nhwc_pool",
             [window, x = x.image, y = y.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_pool(queue, at(x, a[0]), window, at(y, a[1]));
             },
             {x, y});
  });
}

Prepared CudaBackend::prepare(const GlobalAveragePool&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), y = step.output();
    step.add("nhwc_mean",
             [x = x.image, y = y.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_mean(queue, at(x, a[0]), at(y, a[1]));
             },
             {x, y});
  });
}

}  // namespace fxe::cuda
