// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

// The gate's channels are contiguous; lanes past the last one stay zero.
void run(const Blocks& b, std::span<float* const> operands) {
  parallel_rows(b, 2 * floats_of(b), [&](int64_t n, int64_t block, int64_t h) {
    const int64_t start = n * b.step_n + block * b.step_block + h * b.step_h, c = block * b.lanes;
    const int64_t lanes = std::min(b.lanes, b.channels - c);
    const float* const gate = operands[1] + n * b.channels + c;
    for (int64_t w = 0; w < b.w; ++w) {
      const float* const x = operands[0] + start + w * b.step_w;
      float* const y = operands[2] + start + w * b.step_w;
      for (int64_t i = 0; i < lanes; ++i) y[i] = x[i] * gate[i];
      for (int64_t i = lanes; i < b.lanes; ++i) y[i] = 0;
    }
  });
}

}  // namespace

Prepared CpuBackend::prepare(const ChannelGate&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    if (!blocks_of(md)) md = plain_md(dims_of(md));
    if (step.dies(0) && same_bytes(md, step.input(0).md)) step.in_place(0);
    const Operand gate = step.input_as(1, plain_md(context.inputs[1].shape));
    step.add("loop", [blocks = *blocks_of(md)](std::span<float* const> operands) { run(blocks, operands); },
             {step.input_as(0, md), gate, step.output(md)});
  });
}

}  // namespace fxe::cpu
