// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

// Channel blocks of y: `before` of zeros, those of x, zeros again.
void run(const Extent2& stride, int64_t before, const Blocks& x, const Blocks& y,
         std::span<float* const> operands) {
  parallel_rows(y, 2 * floats_of(y), [&](int64_t n, int64_t block, int64_t p) {
    float* const to = operands[1] + n * y.step_n + block * y.step_block + p * y.step_h;
    const int64_t source = block - before;
    const bool zero = source < 0 || source >= x.blocks;
    const float* const from =
        operands[0] + (zero ? 0 : n * x.step_n + source * x.step_block + p * stride.h * x.step_h);
    for (int64_t q = 0; q < y.w; ++q)
      if (zero)
        std::fill_n(to + q * y.step_w, y.lanes, 0.0f);
      else
        std::copy_n(from + q * stride.w * x.step_w, y.lanes, to + q * y.step_w);
  });
}

}  // namespace

Prepared CpuBackend::prepare(const ShortcutPad& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    // Moves whole blocks if both x's channels and those before them fill whole blocks. In the channels-last
    // layout a block may have any size: the greatest common divisor of the three channel counts.
    const auto held = blocks_of(md);
    const bool whole = held && held->lanes <= 16 && !held->padded() && op.before % held->lanes == 0;
    if (!whole) md = plain_md(dims_of(md));
    const Md to = md_like(md, dims_of(context.output));
    Blocks x = *blocks_of(md), y = *blocks_of(to);
    const int64_t lanes = x.blocks == 1 ? std::gcd(x.lanes, std::gcd(y.lanes, op.before)) : x.lanes;
    x = with_lanes(x, lanes), y = with_lanes(y, lanes);
    step.add("loop",
             [stride = op.stride, before = op.before / lanes, x, y](std::span<float* const> operands) {
               run(stride, before, x, y, operands);
             },
             {step.input_as(0, md), step.output(to)});
  });
}

}  // namespace fxe::cpu
