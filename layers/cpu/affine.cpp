// SPDX-License-Identifier: Apache-2.0
#include "layers/channel_affine.h"
#include "layers/cpu/apply.h"
#include "layers/cpu/parallel.h"

namespace fxe::cpu {

namespace {

// One number per lane, zero past the last channel.
std::vector<float> lanes_of(const std::vector<double>& values, const Blocks& b) {
  std::vector<float> lanes(static_cast<size_t>(b.blocks * b.lanes));
  for (size_t c = 0; c < values.size(); ++c) lanes[c] = static_cast<float>(values[c]);
  return lanes;
}

Loop affine_loop(const Activation& act, const Blocks& b) {
  return with_activation(act, [b](auto f) -> Loop {
    return [f, b](std::span<float* const> operands) {
      const float* const factor = operands[2];
      const float* const offset = operands[3];
      parallel_rows(b, 2 * floats_of(b), [&](int64_t n, int64_t block, int64_t h) {
        const int64_t start = n * b.step_n + block * b.step_block + h * b.step_h, c = block * b.lanes;
        for (int64_t w = 0; w < b.w; ++w) {
          const float* const x = operands[0] + start + w * b.step_w;
          float* const y = operands[1] + start + w * b.step_w;
          for (int64_t i = 0; i < b.lanes; ++i) y[i] = f(x[i] * factor[c + i] + offset[c + i]);
        }
      });
    };
  });
}

Prepared prepare_affine(CpuBackend& backend, const ChannelAffine& affine, const Activation& act,
                        const OpContext& context) {
  return build_step(backend, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    if (dims_of(md).size() != dims_of(context.output).size() || !element_wise(act, md))
      md = plain_md(context.output);
    if (step.dies(0) && same_bytes(md, step.input(0).md)) step.in_place(0);
    const Blocks blocks = *blocks_of(md);
    step.add(act ? "loop, " + act.str() : "loop", affine_loop(act, blocks),
             {step.input_as(0, md), step.output(md), step.constant(lanes_of(affine.factor, blocks)),
              step.constant(lanes_of(affine.offset, blocks))});
  });
}

}  // namespace

Prepared CpuBackend::prepare(const BatchNorm& op, const OpContext& context) {
  return prepare_affine(*this, channel_affine(op, context.weights), Activation::none(), context);
}

Prepared CpuBackend::prepare(const Scale& op, const OpContext& context) {
  return prepare_affine(*this, channel_affine(op, context.weights), op.act, context);
}

}  // namespace fxe::cpu
