// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

bool is_channels_last(const Md& md) {
  return dims_of(md).size() == 4 && same_bytes(md, channels_last_md(dims_of(md)));
}

// Each pixel's channels one after the other.
void join_pixels(StepBuilder& step, std::vector<Operand> operands, const Dims& y) {
  std::vector<int64_t> channels;
  for (const Operand& x : operands) channels.push_back(dims_of(x.md)[1]);
  operands.push_back(step.output(channels_last_md(y)));
  step.add(
      "loop",
      [channels, rows = y[0] * y[2], w = y[3], c = y[1]](std::span<float* const> at) {
        parallel_for(rows, 2 * rows * w * c, [&](int64_t row) {
          float* to = at.back() + row * w * c;
          for (int64_t q = row * w; q < (row + 1) * w; ++q)
            for (size_t i = 0; i < channels.size(); ++i)
              to = std::copy_n(at[i] + q * channels[i], channels[i], to);
        });
      },
      operands);
}

}  // namespace

Prepared CpuBackend::prepare(const Concat&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    // Values that were flattened have to be in the order of their rows before they can be joined.
    std::vector<Operand> held;
    std::vector<Md> mds;
    for (size_t i = 0; i < context.inputs.size(); ++i) {
      const bool flattened = dims_of(step.input(i).md).size() != dims_of(context.output).size();
      held.push_back(flattened ? step.input_as(i, plain_md(context.inputs[i].shape)) : step.input(i));
      mds.push_back(held.back().md);
    }
    if (std::ranges::all_of(mds, is_channels_last)) return join_pixels(step, held, dims_of(context.output));
    const Primitive concat = make_concat(engine_, mds);
    std::vector<std::pair<int, Operand>> args = {{DNNL_ARG_DST, step.output(concat.dst)}};
    for (size_t i = 0; i < held.size(); ++i)
      args.emplace_back(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), held[i]);
    step.add(concat, args);
  });
}

}  // namespace fxe::cpu
