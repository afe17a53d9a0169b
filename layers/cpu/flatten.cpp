// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/step.h"

namespace fxe::cpu {

// Changes the shape only (layers/cpu/layout.h): nothing runs if the input's memory can be taken over.
Prepared CpuBackend::prepare(const Flatten&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.input(0);
    const Operand y = step.output(is_plain(x.md) ? plain_md(context.output) : x.md);
    if (step.dies(0)) return step.in_place(0);
    step.add_copy(x, y);
  });
}

}  // namespace fxe::cpu
