// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/reference/ops.h"

namespace fxe::reference {

using Doubles = std::vector<double>;

// One operation on doubles: the reference's loops without rounding to fp32, unless averages are to be summed
// by this many fp32 accumulators.
template <class O>
Doubles evaluate(const O& op, const std::vector<Shape>& shapes, const std::vector<const Doubles*>& inputs,
                 const std::vector<Doubles>& weights, const Shape& output, int fp32_accumulators = 0) {
  Doubles y(static_cast<size_t>(output.elements())), scratch(scratch_elements(op, output));
  Args<double> args{shapes, {}, {}, output, y.data(), scratch.data(), fp32_accumulators};
  for (const Doubles* x : inputs) args.inputs.push_back(x->data());
  for (const Doubles& w : weights) args.weights.push_back(w.data());
  run(op, args);
  return y;
}

template <class F>
Doubles mapped(const Doubles& values, F f) {
  Doubles out(values.size());
  for (size_t i = 0; i < values.size(); ++i) out[i] = f(values[i]);
  return out;
}

// load_weights() as doubles.
inline std::vector<Doubles> load_doubles(const Op& op, const std::vector<Shape>& inputs,
                                         const TensorMap& weights) {
  std::vector<Doubles> loaded;
  for (const auto& w : load_weights(op, inputs, weights)) loaded.emplace_back(w.begin(), w.end());
  return loaded;
}

}  // namespace fxe::reference
