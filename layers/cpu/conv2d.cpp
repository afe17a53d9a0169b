// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/depthwise_conv.h"
#include "layers/cpu/direct_step.h"
#include "layers/cpu/padded_image.h"

namespace fxe::cpu {

namespace {

// The residual as an operand, in the result's memory if possible.
Operand residual_of(StepBuilder& step, const Md& md) {
  if (step.dies(1) && same_bytes(step.input(1).md, md)) step.in_place(1);
  return step.input_as(1, md);
}

void add_own(StepBuilder& step, CpuBackend& backend, Conv2d op, const OpContext& context) {
  const Dims x = dims_of(context.inputs[0].shape), y = dims_of(context.output);
  Shape shape = context.inputs[0].shape;
  Operand source;
  if (PaddedImage::pays(op, x[1])) {
    source = add_padded(step, context, op.pad);
    shape = Shape{x[0], x[1], x[2] + op.pad.top + op.pad.bottom, x[3] + op.pad.left + op.pad.right};
    op.pad = {};
  } else {
    source = step.input_as(0, channels_last_md(x));
  }
  std::optional<Operand> residual;
  if (op.add_residual) residual = residual_of(step, channels_last_md(y));
  const bool in_concat = context.part && !residual;
  const DirectConv conv(op, shape, context.output, false, in_concat ? context.part->whole[1] : op.k);
  add_direct(step, backend, conv, op.weight, op.bias, source, residual,
             in_concat ? step.output_in_concat() : step.output(channels_last_md(y)));
}

// Runs the convolution in oneDNN.
void add_primitive(StepBuilder& step, CpuBackend& backend, const Conv2d& op, const OpContext& context) {
  const Dims x = dims_of(context.inputs[0].shape), y = dims_of(context.output);
  const int64_t g = op.groups, r = op.filter.h, s = op.filter.w;
  const Dims w = g == 1 ? Dims{op.k, x[1], r, s} : Dims{g, op.k / g, x[1] / g, r, s};
  const Md bias = op.bias.empty() ? Md() : plain_md(Dims{op.k});
  const Primitive conv = make_convolution(backend.engine(), op, any_md(x), any_md(w), bias, any_md(y));

  const Operand source = step.input_as(0, conv.src);
  const Operand result = step.output(conv.dst);
  if (op.add_residual) {
    // The convolution adds to what its destination already holds.
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
}

}  // namespace

Prepared CpuBackend::prepare(const Conv2d& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Shape& x = context.inputs[0].shape;
    if (DirectConv::fits(op, x[1]))
      add_own(step, *this, op, context);
    else if (DepthwiseConv::fits(op, x[1]))
      add_depthwise(step, *this, context, op, step.input_as(0, channels_last_md(dims_of(x))),
                    step.output(channels_last_md(dims_of(context.output))));
    else
      add_primitive(step, *this, op, context);
  });
}

}  // namespace fxe::cpu
