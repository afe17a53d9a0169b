// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

void run(const Padding2& pad, const Blocks& x, const Blocks& y, std::span<float* const> operands) {
  parallel_rows(y, 2 * floats_of(y), [&](int64_t n, int64_t block, int64_t p) {
    float* const to = operands[1] + n * y.step_n + block * y.step_block + p * y.step_h;
    const int64_t h = p - pad.top;
    const bool inside = h >= 0 && h < x.h;
    const float* const from = operands[0] + (inside ? n * x.step_n + block * x.step_block + h * x.step_h : 0);
    for (int64_t q = 0; q < y.w; ++q) {
      const int64_t w = q - pad.left;
      if (inside && w >= 0 && w < x.w)
        std::copy_n(from + w * x.step_w, y.lanes, to + q * y.step_w);
      else
        std::fill_n(to + q * y.step_w, y.lanes, 0.0f);
    }
  });
}

}  // namespace

// Only if no convolution after it could absorb it (layers/optimize.h).
Prepared CpuBackend::prepare(const ZeroPad& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    if (!blocks_of(md)) md = plain_md(dims_of(md));
    const Md to = md_like(md, dims_of(context.output));
    const Blocks x = *blocks_of(md), y = with_lanes(*blocks_of(to), x.lanes);
    step.add("loop", [pad = op.pad, x, y](std::span<float* const> operands) { run(pad, x, y, operands); },
             {step.input_as(0, md), step.output(to)});
  });
}

}  // namespace fxe::cpu
