// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/error.h"
#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

struct Affine {
  std::vector<float> factor, offset;  // of every lane; zero past the last channel
};

Affine affine_of(const BatchNorm& op, const OpContext& context, const Blocks& b) {
  const auto values = [&](const std::string& name) {
    const auto found = context.weights.find(name);
    if (found == context.weights.end() || found->second.shape.elements() != b.channels)
      throw run_time_error("{}: its weight '{}' of {} values is not in the model", context.layer, name,
                           b.channels);
    return found->second.to_float();
  };
  const auto scale = values(op.scale), shift = values(op.shift), mean = values(op.mean),
             variance = values(op.variance);
  const auto lanes = static_cast<size_t>(b.blocks * b.lanes);
  Affine a{std::vector<float>(lanes), std::vector<float>(lanes)};
  for (size_t c = 0; c < scale.size(); ++c) {
    const double factor = double{scale[c]} / std::sqrt(double{variance[c]} + op.epsilon);
    a.factor[c] = static_cast<float>(factor);
    a.offset[c] = static_cast<float>(double{shift[c]} - double{mean[c]} * factor);
  }
  return a;
}

void run(const Blocks& b, std::span<float* const> operands) {
  const float* const factor = operands[2];
  const float* const offset = operands[3];
  parallel_rows(b, 2 * floats_of(b), [&](int64_t n, int64_t block, int64_t h) {
    const int64_t start = n * b.step_n + block * b.step_block + h * b.step_h;
    for (int64_t w = 0; w < b.w; ++w) {
      const float* const x = operands[0] + start + w * b.step_w;
      float* const y = operands[1] + start + w * b.step_w;
      const int64_t c = block * b.lanes;
      for (int64_t i = 0; i < b.lanes; ++i) y[i] = x[i] * factor[c + i] + offset[c + i];
    }
  });
}

}  // namespace

// Only where no convolution before it could take it in (layers/optimize.h).
Prepared CpuBackend::prepare(const BatchNorm& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    const bool usable = dims_of(md).size() == dims_of(context.output).size() && blocks_of(md);
    if (!usable) md = plain_md(context.output);
    if (step.dies(0) && same_bytes(md, step.input(0).md)) step.in_place(0);
    const Blocks blocks = *blocks_of(md);
    const Affine affine = affine_of(op, context, blocks);
    step.add(
        "loop", [blocks](std::span<float* const> operands) { run(blocks, operands); },
        {step.input_as(0, md), step.output(md), step.constant(affine.factor), step.constant(affine.offset)});
  });
}

}  // namespace fxe::cpu
