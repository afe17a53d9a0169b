// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/error.h"
#include "kernels/nhwc/gate.h"
#include "kernels/nhwc/prelu.h"
#include "layers/cuda/step.h"
#include "layers/cuda/weight_forms.h"

namespace fxe::cuda {

namespace {

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
    step.take_over({x});
    step.add_pointwise(x, {.act = op.act}, step.output());
  });
}

Prepared CudaBackend::prepare(const Add& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand a = step.ordered_input(0), b = step.ordered_input(1);
    step.take_over({a, b});
    step.add_pointwise(a, {.other = b, .act = op.act}, step.output());
  });
}

// Only if no convolution before it could absorb it (layers/optimize.h).
Prepared CudaBackend::prepare(const BatchNorm& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0);
    step.take_over({x});
    const Affine affine = affine_of(op, context);
    const auto stored = [&](const std::vector<float>& values) {
      return step.constant(padded(values, x.image.stored_c));
    };
    step.add_pointwise(x, {.scale = stored(affine.factor), .shift = stored(affine.offset)}, step.output());
  });
}

Prepared CudaBackend::prepare(const Scale& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0);
    step.take_over({x});
    step.add_pointwise(x,
                       {.scale = step.per_channel(op.scale, x.image),
                        .shift = step.per_channel(op.shift, x.image),
                        .act = op.act},
                       step.output());
  });
}

Prepared CudaBackend::prepare(const PRelu& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0);
    step.take_over({x});
    step.add("nhwc_prelu",
             [image = x.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_prelu(queue, at(image, a[0]), static_cast<const float*>(a[1]), at(image, a[2]));
             },
             {x, step.per_channel(op.slope, x.image), step.output()});
  });
}

Prepared CudaBackend::prepare(const ChannelGate&, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.ordered_input(0), gate = step.ordered_input(1);
    step.take_over({x});
    step.add("nhwc_gate",
             [x = x.image, gate = gate.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_gate(queue, at(x, a[0]), at(gate, a[1]), at(x, a[2]));
             },
             {x, gate, step.output()});
  });
}

}  // namespace fxe::cuda
