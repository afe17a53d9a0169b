// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/step.h"

namespace fxe::cpu {

Prepared CpuBackend::prepare(const Conv2d& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Dims x = dims_of(context.inputs[0].shape), y = dims_of(context.output);
    const int64_t g = op.groups, r = op.filter.h, s = op.filter.w;
    const Dims w = g == 1 ? Dims{op.k, x[1], r, s} : Dims{g, op.k / g, x[1] / g, r, s};
    const Md bias = op.bias.empty() ? Md() : plain_md(Dims{op.k});
    const Primitive conv = make_convolution(engine_, op, any_md(x), any_md(w), bias, any_md(y));

    const Operand source = step.input_as(0, conv.src);
    const Operand result = step.output(conv.dst);
    if (op.add_residual) {
      // The convolution adds to what its destination holds.
      const Operand residual = step.input(1);
      if (step.dies(1) && same_bytes(residual.md, conv.dst))
        step.in_place(1);
      else
        step.add_reorder(residual, result);
    }
    std::vector<std::pair<int, Operand>> args = {
        {DNNL_ARG_SRC, source},
        {DNNL_ARG_WEIGHTS, step.weight(op.weight, plain_md(w), conv.weights)},
        {DNNL_ARG_DST, result}};
    if (!op.bias.empty()) args.emplace_back(DNNL_ARG_BIAS, step.weight(op.bias, bias, bias));
    step.add(conv, args);
  });
}

}  // namespace fxe::cpu
