// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/pool_loops.h"

namespace fxe::cpu {

namespace {

Prepared prepare_pool(CpuBackend& backend, const Pool2d& op, const OpContext& context) {
  return build_step(backend, context, [&](StepBuilder& step) {
    const Md md = md_of(context.inputs[0]);
    const Md from = blocks_of(md) ? md : plain_md(dims_of(md));
    const Md to = md_like(from, dims_of(context.output));
    Blocks x = *blocks_of(from);
    // A few channels are averaged in registers, and even an image of one output pixel splits across threads.
    constexpr int64_t kFewChannels = 16;
    if (op.kind == Pool2d::Kind::average && x.blocks == 1 && x.lanes % kFewChannels == 0)
      x = with_lanes(x, kFewChannels);
    const Blocks y = with_lanes(*blocks_of(to), x.lanes);
    step.add("loop", pool_loop(op, x, y), {step.input_as(0, from), step.output(to)});
  });
}

}  // namespace

Prepared CpuBackend::prepare(const Pool2d& op, const OpContext& context) {
  return prepare_pool(*this, op, context);
}

Prepared CpuBackend::prepare(const GlobalAveragePool&, const OpContext& context) {
  const Shape& x = context.inputs[0].shape;
  return prepare_pool(*this, {.kind = Pool2d::Kind::average, .filter = {x[2], x[3]}}, context);
}

}  // namespace fxe::cpu
