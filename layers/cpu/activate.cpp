// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/apply.h"
#include "layers/cpu/parallel.h"

namespace fxe::cpu {

void apply_to_rows(const Activation& act, float* y, int rows, int columns, int64_t step) {
  with_activation(act, [=](auto a) {
    for (int j = 0; j < rows; ++j) {
      float* const row = y + j * step;
#pragma omp simd
      for (int i = 0; i < columns; ++i) row[i] = a(row[i]);
    }
  });
}

Loop apply_to(const Activation& act, size_t count) {
  return with_activation(act, [count](auto a) -> Loop {
    return [a, count](std::span<float* const> operands) {
      const float* const x = operands[0];
      float* const y = operands[1];
      parallel_pieces(count, [&](size_t begin, size_t end) {
#pragma omp simd
        for (size_t i = begin; i < end; ++i) y[i] = a(x[i]);
      });
    };
  });
}

Loop apply_in_place(const Activation& act, size_t count) {
  return [loop = apply_to(act, count)](std::span<float* const> operands) {
    float* const both[] = {operands[0], operands[0]};
    loop(both);
  };
}

Prepared CpuBackend::prepare(const Activate& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    Md md = md_of(context.inputs[0]);
    if (!element_wise(op.act, md)) md = plain_md(dims_of(md));
    if (step.dies(0) && same_bytes(md, step.input(0).md)) step.in_place(0);
    const Operand x = step.input_as(0, md);
    step.add("loop " + op.act.str(), apply_to(op.act, md.get_size() / sizeof(float)), {x, step.output(md)});
  });
}

}  // namespace fxe::cpu
