// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

void run(const Blocks& b, std::span<float* const> operands) {
  parallel_rows(b, 2 * floats_of(b), [&](int64_t n, int64_t block, int64_t h) {
    const int64_t start = n * b.step_n + block * b.step_block + h * b.step_h;
    const float* const slope = operands[2] + block * b.lanes;
    for (int64_t w = 0; w < b.w; ++w) {
      const float* const x = operands[0] + start + w * b.step_w;
      float* const y = operands[1] + start + w * b.step_w;
      for (int64_t i = 0; i < b.lanes; ++i) y[i] = x[i] < 0 ? slope[i] * x[i] : x[i];
    }
  });
}

}  // namespace

Prepared CpuBackend::prepare(const PRelu& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    if (dims_of(md).size() != dims_of(context.output).size() || !blocks_of(md)) md = plain_md(context.output);
    if (step.dies(0) && same_bytes(md, step.input(0).md)) step.in_place(0);
    const Blocks blocks = *blocks_of(md);
    step.add("loop", [blocks](std::span<float* const> operands) { run(blocks, operands); },
             {step.input_as(0, md), step.output(md), step.channels(op.slope, blocks)});
  });
}

}  // namespace fxe::cpu
