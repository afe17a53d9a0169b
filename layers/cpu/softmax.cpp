// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "layers/cpu/parallel.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

namespace {

// A NaN anywhere makes the whole row NaN, through the sum. The sum is kept in double.
void softmax_row(const float* x, float* y, int64_t c) {
  float largest = x[0];
  for (int64_t i = 1; i < c; ++i) largest = x[i] > largest ? x[i] : largest;
  double sum = 0;
  for (int64_t i = 0; i < c; ++i) {
    y[i] = std::exp(x[i] - largest);
    sum += static_cast<double>(y[i]);
  }
  for (int64_t i = 0; i < c; ++i) y[i] = static_cast<float>(static_cast<double>(y[i]) / sum);
}

}  // namespace

Prepared CpuBackend::prepare(const Softmax&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Md md = plain_md(context.output);
    const int64_t n = context.output[0], c = context.output[1];
    step.add("loop",
             [n, c](std::span<float* const> operands) {
               parallel_for(n, 8 * n * c,
                            [&](int64_t i) { softmax_row(operands[0] + i * c, operands[1] + i * c, c); });
             },
             {step.input_as(0, md), step.output(md)});
  });
}

}  // namespace fxe::cpu
