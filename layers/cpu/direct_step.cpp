// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/direct_step.h"

#include "layers/cpu/depthwise_conv.h"
#include "layers/cpu/padded_image.h"
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
        conv.run({.x = {at[0]},
                  .weights = weights.get(),
                  .bias = at[1],
                  .residual = at.size() > 3 ? at[3] : nullptr,
                  .y = {at[2]}},
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
             conv.run({.x = {at[0]}, .weights = at[1], .bias = at[2], .y = {at[3]}}, *workers);
           },
           {x, step.constant(conv.ordered(step.tensor(op.weight).to_float())), step.constant(bias), y});
}

Operand add_padded(StepBuilder& step, const OpContext& context, const Padding2& pad) {
  const PaddedImage image(context.inputs[0], pad);
  const Shape& shape = image.shape();
  const Operand to = step.workspace(channels_last_md(dims_of(shape)));
  step.add("loop pad",
           [image](std::span<float* const> at) {
             const Shape& s = image.shape();
             parallel_for(s[0] * s[2], 2 * s.elements(),
                          [&](int64_t row) { image.fill_rows(at[0], {at[1]}, row, row + 1); });
           },
           {step.input_as(0, image.from()), to});
  return to;
}

}  // namespace fxe::cpu
