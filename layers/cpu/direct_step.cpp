// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/direct_step.h"

#include <algorithm>

#include "kernels/interleave_cpu.h"
#include "layers/cpu/depthwise_conv.h"
#include "layers/cpu/parallel.h"

namespace fxe::cpu {

void add_direct(StepBuilder& step, CpuBackend& backend, const DirectConv& conv, const std::string& weight,
                const std::string& bias, const Operand& x, const std::optional<Operand>& residual,
                const Operand& y) {
  std::shared_ptr<const std::byte> weights =
      backend.weights().get(step.tensor(weight), conv.panels(), backend.workers());
  const std::vector<float> values = bias.empty() ? std::vector<float>() : step.tensor(bias).to_float();
  std::vector<Operand> operands{x, step.constant(conv.padded_bias(values)), y};
  if (residual) operands.push_back(*residual);
  step.add(
      "direct:avx512",
      [conv, weights, workers = &backend.workers()](std::span<float* const> at) {
        conv.run({.x = at[0],
                  .weights = weights.get(),
                  .bias = at[1],
                  .residual = at.size() > 3 ? at[3] : nullptr,
                  .y = at[2]},
                 *workers);
      },
      std::move(operands));
}

void add_depthwise(StepBuilder& step, CpuBackend& backend, const OpContext& context, const Conv2d& op,
                   const Operand& x, const Operand& y) {
  const DepthwiseConv conv(op, context.inputs[0].shape, context.output);
  const std::vector<float> bias =
      op.bias.empty() ? std::vector<float>(static_cast<size_t>(op.k)) : step.tensor(op.bias).to_float();
  step.add("depthwise:avx512",
           [conv, workers = &backend.workers()](std::span<float* const> at) {
             conv.run(at[0], at[1], at[2], at[3], *workers);
           },
           {x, step.constant(conv.ordered(step.tensor(op.weight).to_float())), step.constant(bias), y});
}

Operand add_padded(StepBuilder& step, const OpContext& context, const Padding2& pad) {
  const Shape& shape = context.inputs[0].shape;
  const int64_t n = shape[0], c = shape[1], h = shape[2], w = shape[3];
  const int64_t rows = pad.top + h + pad.bottom, columns = pad.left + w + pad.right;
  Md from = md_of(context.inputs[0]);
  auto held = blocking_of(from);
  if (!held || held->channel_block != 1) {
    from = plain_md(shape);
    held = blocking_of(from);
  }
  const Operand to = step.workspace(channels_last_md({n, c, rows, columns}));
  step.add("loop pad",
           [=, strides = held->strides](std::span<float* const> at) {
             parallel_for(n * rows, 2 * n * rows * columns * c, [&](int64_t i) {
               float* const row = at[1] + i * columns * c;
               const int64_t y = i % rows - pad.top;
               std::fill(row, row + columns * c, 0.0f);
               if (y < 0 || y >= h) return;
               const float* const x = at[0] + i / rows * strides[0] + y * strides[2];
               float* const first = row + pad.left * c;
               if (c == 3 && strides[3] == 1) return interleave_three(x, strides[1], w, first);
               for (int64_t channel = 0; channel < c; ++channel)
                 for (int64_t q = 0; q < w; ++q)
                   first[q * c + channel] = x[channel * strides[1] + q * strides[3]];
             });
           },
           {step.input_as(0, from), to});
  return to;
}

}  // namespace fxe::cpu
