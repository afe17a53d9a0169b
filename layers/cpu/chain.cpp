// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include "layers/cpu/depthwise_conv.h"
#include "layers/cpu/row_stages.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

bool adds_residual(const Op& op) {
  const auto* const conv = std::get_if<Conv2d>(&op);
  return conv && conv->add_residual;
}

// The stages of a chain, in order, and the layout in which the first reads its input.
struct Stages {
  StepBuilder& step;
  CpuBackend& backend;
  const Value& input;
  std::vector<RowStage> all = {};
  Md from = channels_last_md(dims_of(input.shape));

  void add(Conv2d op, Shape x, const Shape& y) {
    const Tensor& weight = step.tensor(op.weight);
    const Tensor* const bias = op.bias.empty() ? nullptr : &step.tensor(op.bias);
    if (DepthwiseConv::fits(op, x[1])) return all.push_back(depthwise_rows(op, x, y, weight, bias));
    if (all.empty() && PaddedImage::pays(op, x[1])) {
      const PaddedImage image(input, op.pad);
      from = image.from();
      all.push_back(padded_rows(image));
      x = image.shape();
      op.pad = {};
    }
    all.push_back(conv_rows(op, x, y, weight, bias, backend));
  }
  void add(const Pool2d& op, const Shape& x, const Shape& y) { all.push_back(maximum_rows(op, x, y)); }
  template <class Other>
  void add(const Other&, const Shape&, const Shape&) {}
};

}  // namespace

// A chain goes on while the values between its layers are too large to stay in a core's own cache.
size_t CpuBackend::chain_length(std::span<const Node> nodes, std::span<const Shape> shapes) const {
  constexpr int64_t kLeastBytes = 512 << 10;
  size_t length = 0;
  while (length < nodes.size() && is_row_stage(nodes[length].op, shapes[length])) {
    const Shape& y = shapes[++length];
    const bool large = y.elements() / y[0] * static_cast<int64_t>(sizeof(float)) >= kLeastBytes;
    if (!large || adds_residual(nodes[length - 1].op)) break;
  }
  return std::max<size_t>(length, 1);
}

Prepared CpuBackend::prepare_chain(std::span<const Node> nodes, std::span<const Shape> shapes,
                                   const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Stages stages{step, *this, context.inputs[0]};
    for (size_t i = 0; i < nodes.size(); ++i)
      std::visit([&](const auto& op) { stages.add(op, shapes[i], shapes[i + 1]); }, nodes[i].op);
    std::vector<std::string> names;
    for (const RowStage& stage : stages.all) names.push_back(stage.name);

    const auto chain =
        std::make_shared<RowChain>(std::move(stages.all), context.output[0], workers().threads());
    const Md y = channels_last_md(dims_of(context.output));
    std::vector<Operand> operands{step.input_as(0, stages.from),
                                  step.workspace(plain_md(Dims{chain->workspace_floats()})), step.output(y)};
    if (context.inputs.size() > 1) operands.push_back(step.input_as(1, y));
    step.add(
        fmt::format("rows:{}", fmt::join(names, "+")),
        [chain, workers = &workers()](std::span<float* const> at) {
          chain->run(
              {.x = at[0], .residual = at.size() > 3 ? at[3] : nullptr, .y = at[2], .workspace = at[1]},
              *workers);
        },
        std::move(operands));
  });
}

}  // namespace fxe::cpu
