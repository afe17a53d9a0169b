// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/apply.h"
#include "layers/cpu/parallel.h"

namespace fxe::cpu {

namespace {

Loop add_loop(const Activation& act, size_t count) {
  return with_activation(act, [count](auto a) -> Loop {
    return [a, count](std::span<float* const> operands) {
      const float* const left = operands[0];
      const float* const right = operands[1];
      float* const y = operands[2];
      parallel_pieces(count, [&](size_t begin, size_t end) {
#pragma omp simd
        for (size_t i = begin; i < end; ++i) y[i] = a(left[i] + right[i]);
      });
    };
  });
}

}  // namespace

Prepared CpuBackend::prepare(const Add& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Md left = md_of(context.inputs[0]), right = md_of(context.inputs[1]);
    Md md = dims_of(left).size() >= dims_of(right).size() ? left : right;
    if (dims_of(left) != dims_of(right) || !element_wise(op.act, md)) md = plain_md(context.output);
    for (size_t i : {size_t{0}, size_t{1}})
      if (step.dies(i) && same_bytes(md, step.input(i).md)) {
        step.in_place(i);
        break;
      }
    const Operand a = step.input_as(0, md), b = step.input_as(1, md);
    step.add(op.act ? "loop add, " + op.act.str() : "loop add",
             add_loop(op.act, md.get_size() / sizeof(float)), {a, b, step.output(md)});
  });
}

}  // namespace fxe::cpu
