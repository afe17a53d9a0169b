// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/channels.h"
#include "kernels/nhwc/lrn.h"
#include "kernels/nhwc/shuffle.h"
#include "kernels/nhwc/slice.h"
#include "layers/cuda/step.h"

namespace fxe::cuda {

namespace {

void add_place(StepBuilder& step, const Operand& x, const ChannelPlace& place, const Operand& y) {
  step.add("nhwc_place_channels",
           [place, x = x.image, y = y.image](Queue& queue, std::span<void* const> a) {
             launch_nhwc_place_channels(queue, at(x, a[0]), place, at(y, a[1]));
           },
           {x, y});
}

}  // namespace

// One kernel per input; the last one also writes the channels of padding.
Prepared CudaBackend::prepare(const Concat&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand y = step.output();
    int first = 0;
    for (size_t i = 0; i < context.inputs.size(); ++i) {
      const Operand x = step.ordered_input(i);
      const bool last = i + 1 == context.inputs.size();
      const int end = last ? static_cast<int>(y.image.stored_c) : first + static_cast<int>(x.image.c);
      add_place(step, x, {.first = first, .from = first, .to = end}, y);
      first = end;
    }
  });
}

Prepared CudaBackend::prepare(const ShortcutPad& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), y = step.output();
    add_place(step, x,
              {.stride_h = static_cast<int>(op.stride.h),
               .stride_w = static_cast<int>(op.stride.w),
               .first = static_cast<int>(op.before),
               .from = 0,
               .to = static_cast<int>(y.image.stored_c)},
              y);
  });
}

Prepared CudaBackend::prepare(const ChannelShuffle& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), y = step.output();
    step.add("nhwc_shuffle",
             [groups = static_cast<int>(op.groups), x = x.image, y = y.image](Queue& queue,
                                                                              std::span<void* const> a) {
               launch_nhwc_shuffle(queue, at(x, a[0]), groups, at(y, a[1]));
             },
             {x, y});
  });
}

Prepared CudaBackend::prepare(const ChannelSlice& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), y = step.output();
    step.add("nhwc_slice",
             [first = static_cast<int>(op.first), x = x.image, y = y.image](Queue& queue,
                                                                            std::span<void* const> a) {
               launch_nhwc_slice(queue, at(x, a[0]), first, at(y, a[1]));
             },
             {x, y});
  });
}

Prepared CudaBackend::prepare(const Lrn& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), y = step.output();
    const LrnParameters lrn{static_cast<int>(op.size), op.alpha, op.beta, op.k};
    step.add("nhwc_lrn",
             [lrn, x = x.image, y = y.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_lrn(queue, at(x, a[0]), lrn, at(y, a[1]));
             },
             {x, y});
  });
}

}  // namespace fxe::cuda
