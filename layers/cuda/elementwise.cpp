// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/error.h"
#include "kernels/nhwc_pointwise.h"
#include "layers/cuda/step.h"

namespace fxe::cuda {

namespace {

// The output takes over the memory of an input that nobody reads after it. An input that had to be put in
// order is in the workspace, and its own memory may hold more or fewer bytes.
void reuse_dying(StepBuilder& step, const std::vector<Operand>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i)
    if (step.dies(i) && inputs[i].place == Operand::Place::input) return step.in_place(i);
}

struct Affine {
  std::vector<float> factor, offset;
};

// In double precision, rounded once.
Affine affine_of(const BatchNorm& op, const OpContext& context) {
  const auto values = [&](const std::string& name) {
    const auto found = context.weights.find(name);
    if (found == context.weights.end())
      throw run_time_error("{}: its weight '{}' is not in the model", context.layer, name);
    return found->second.to_float();
  };
  const auto scale = values(op.scale), shift = values(op.shift), mean = values(op.mean),
             variance = values(op.variance);
  Affine affine;
  for (size_t c = 0; c < scale.size(); ++c) {
    const double factor = double{scale[c]} / std::sqrt(double{variance[c]} + op.epsilon);
    affine.factor.push_back(static_cast<float>(factor));
    affine.offset.push_back(static_cast<float>(double{shift[c]} - double{mean[c]} * factor));
  }
  return affine;
}

}  // namespace

Prepared CudaBackend::prepare(const Activate& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0);
    reuse_dying(step, {x});
    step.add_pointwise(x, {}, {}, op.act, step.output());
  });
}

Prepared CudaBackend::prepare(const Add& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand a = step.ordered_input(0), b = step.ordered_input(1);
    reuse_dying(step, {a, b});
    step.add_pointwise(a, {}, b, op.act, step.output());
  });
}

// Only where no convolution before it could take it in (layers/optimize.h).
Prepared CudaBackend::prepare(const BatchNorm& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0);
    reuse_dying(step, {x});
    const Affine affine = affine_of(op, context);
    const Operand y = step.output();
    step.add("nhwc_pointwise",
             [image = x.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_pointwise(queue, at(image, a[0]), static_cast<const float*>(a[1]),
                                     static_cast<const float*>(a[2]), at(image, nullptr), {},
                                     at(image, a[3]));
             },
             {x, step.constant(affine.factor), step.constant(affine.offset), y});
  });
}

}  // namespace fxe::cuda
