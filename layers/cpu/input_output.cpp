// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/step.h"

namespace fxe::cpu {

// The caller's tensor unchanged: the first convolution reads plain images, and other layers reorder them
// inside their step.
Prepared CpuBackend::prepare(const Input&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    step.output(step.input(0).md);
    step.in_place(0);
  });
}

Prepared CpuBackend::prepare_output(const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.input(0);
    const Md plain = plain_md(dims_of(x.md));
    const Operand y = step.output(plain);
    if (same_bytes(x.md, plain))
      step.add_copy(x, y);
    else
      step.add_reorder(x, y);
  });
}

}  // namespace fxe::cpu
