// SPDX-License-Identifier: Apache-2.0
#include "layers/fold_batch_norm.h"

#include <algorithm>
#include <cmath>

namespace fxe {

std::optional<Folded> fold_batch_norm(const BatchNorm& norm, const TensorMap& weights,
                                      const std::string& weight, const std::string& bias) {
  const auto load = [&](const std::string& name) { return weights.find(name)->second.to_float(); };
  const auto scale = load(norm.scale), shift = load(norm.shift), mean = load(norm.mean),
             variance = load(norm.variance);
  const Shape shape = weights.find(weight)->second.shape;
  std::vector<float> w = load(weight);
  std::vector<float> b = bias.empty() ? std::vector<float>(scale.size()) : load(bias);
  const size_t row = w.size() / b.size();
  for (size_t k = 0; k < b.size(); ++k) {
    const double a =
        static_cast<double>(scale[k]) / std::sqrt(static_cast<double>(variance[k]) + norm.epsilon);
    for (size_t i = k * row; i < (k + 1) * row; ++i) w[i] = static_cast<float>(a * static_cast<double>(w[i]));
    b[k] = static_cast<float>(a * (static_cast<double>(b[k]) - static_cast<double>(mean[k])) +
                              static_cast<double>(shift[k]));
  }
  const auto finite = [](float v) { return std::isfinite(v); };
  if (!std::all_of(w.begin(), w.end(), finite) || !std::all_of(b.begin(), b.end(), finite))
    return std::nullopt;
  const auto outputs = static_cast<int64_t>(b.size());
  return Folded{Tensor::from_floats(shape, std::move(w)), Tensor::from_floats({outputs}, std::move(b))};
}

}  // namespace fxe
