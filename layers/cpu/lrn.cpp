// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/step.h"

namespace fxe::cpu {

// oneDNN divides alpha by the size, as op.h does.
Prepared CpuBackend::prepare(const Lrn& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Primitive lrn = make_lrn(engine_, op, md_of(context.inputs[0]));
    step.add(lrn, {{DNNL_ARG_SRC, step.input_as(0, lrn.src)}, {DNNL_ARG_DST, step.output(lrn.dst)}});
  });
}

}  // namespace fxe::cpu
