// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

bool is_channels_last(const Md& md) {
  return dims_of(md).size() == 4 && same_bytes(md, channels_last_md(dims_of(md)));
}

// Appends each pixel's channels, from those inputs that are not in place yet.
void join_pixels(StepBuilder& step, const OpContext& context) {
  const Dims y = dims_of(context.output);
  struct Part {
    int64_t first, channels;
  };
  std::vector<Part> parts;
  std::vector<Operand> operands;
  int64_t channel = 0, floats = 0;
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    const Dims x = dims_of(context.inputs[i].shape);
    if (i >= context.put.size() || !context.put[i]) {
      parts.push_back({channel, x[1]});
      operands.push_back(step.input_as(i, channels_last_md(x)));
      floats += x[1];
    }
    channel += x[1];
  }
  operands.push_back(step.output(channels_last_md(y)));
  if (parts.empty()) return;
  floats *= 2 * y[0] * y[2] * y[3];
  step.add(
      "loop",
      [parts, floats, rows = y[0] * y[2], w = y[3], c = y[1]](std::span<float* const> at) {
        parallel_for(rows, floats, [&](int64_t row) {
          for (int64_t q = row * w; q < (row + 1) * w; ++q)
            for (size_t i = 0; i < parts.size(); ++i)
              std::copy_n(at[i] + q * parts[i].channels, parts[i].channels,
                          at.back() + q * c + parts[i].first);
        });
      },
      operands);
}

}  // namespace

Prepared CpuBackend::prepare(const Concat&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    if (std::ranges::find(context.put, true) != context.put.end()) return join_pixels(step, context);
    // Flattened values must be in the order of their rows before they can be joined.
    std::vector<Operand> held;
    std::vector<Md> mds;
    for (size_t i = 0; i < context.inputs.size(); ++i) {
      const bool flattened = dims_of(step.input(i).md).size() != dims_of(context.output).size();
      held.push_back(flattened ? step.input_as(i, plain_md(context.inputs[i].shape)) : step.input(i));
      mds.push_back(held.back().md);
    }
    if (std::ranges::all_of(mds, is_channels_last)) return join_pixels(step, context);
    const Primitive concat = make_concat(engine_, mds);
    std::vector<std::pair<int, Operand>> args = {{DNNL_ARG_DST, step.output(concat.dst)}};
    for (size_t i = 0; i < held.size(); ++i)
      args.emplace_back(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), held[i]);
    step.add(concat, args);
  });
}

}  // namespace fxe::cpu
