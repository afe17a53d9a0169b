// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

// Channel k of y is channel source[k] of x; lanes past the last channel become zero.
Loop pick(const Blocks& x, const Blocks& y, const std::vector<int64_t>& source) {
  std::vector<int64_t> offsets;  // in x, per channel of y
  for (const int64_t c : source) offsets.push_back(c / x.lanes * x.step_block + c % x.lanes);
  return [x, y, offsets](std::span<float* const> operands) {
    parallel_rows(y, 2 * floats_of(y), [&](int64_t n, int64_t block, int64_t h) {
      const float* const from = operands[0] + n * x.step_n + h * x.step_h;
      float* const to = operands[1] + n * y.step_n + block * y.step_block + h * y.step_h;
      for (int64_t i = 0; i < y.lanes; ++i) {
        const int64_t k = block * y.lanes + i;
        if (k < y.channels) {
          const float* const channel = from + offsets[static_cast<size_t>(k)];
          for (int64_t w = 0; w < y.w; ++w) to[w * y.step_w + i] = channel[w * x.step_w];
        } else {
          for (int64_t w = 0; w < y.w; ++w) to[w * y.step_w + i] = 0;
        }
      }
    });
  };
}

Prepared prepare_pick(CpuBackend& backend, const OpContext& context, const std::vector<int64_t>& source) {
  return build_step(backend, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    if (!blocks_of(md)) md = plain_md(dims_of(md));
    const Md to = md_like(md, dims_of(context.output));
    step.add("loop", pick(*blocks_of(md), *blocks_of(to), source), {step.input_as(0, md), step.output(to)});
  });
}

}  // namespace

Prepared CpuBackend::prepare(const ChannelShuffle& op, const OpContext& context) {
  const int64_t per_group = context.output[1] / op.groups;
  std::vector<int64_t> source;
  for (int64_t k = 0; k < context.output[1]; ++k) source.push_back(k % op.groups * per_group + k / op.groups);
  return prepare_pick(*this, context, source);
}

Prepared CpuBackend::prepare(const ChannelSlice& op, const OpContext& context) {
  std::vector<int64_t> source;
  for (int64_t k = 0; k < op.count; ++k) source.push_back(op.first + k);
  return prepare_pick(*this, context, source);
}

}  // namespace fxe::cpu
