// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/step.h"

namespace fxe::cpu {

Prepared CpuBackend::prepare(const Concat&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    // Values that were flattened have to be in the order of their rows before they can be joined.
    std::vector<Operand> held;
    std::vector<Md> mds;
    for (size_t i = 0; i < context.inputs.size(); ++i) {
      const bool flattened = dims_of(step.input(i).md).size() != dims_of(context.output).size();
      held.push_back(flattened ? step.input_as(i, plain_md(context.inputs[i].shape)) : step.input(i));
      mds.push_back(held.back().md);
    }
    const Primitive concat = make_concat(engine_, mds);
    std::vector<std::pair<int, Operand>> args = {{DNNL_ARG_DST, step.output(concat.dst)}};
    for (size_t i = 0; i < held.size(); ++i)
      args.emplace_back(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), held[i]);
    step.add(concat, args);
  });
}

}  // namespace fxe::cpu
