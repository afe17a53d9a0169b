// SPDX-License-Identifier: Apache-2.0
#include "layers/channel_affine.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/finite.h"
#include "engine/float_view.h"

namespace fxe {

namespace {

const Tensor& find(const TensorMap& weights, const std::string& name) {
  const auto found = weights.find(name);
  if (found == weights.end()) throw run_time_error("the weight '{}' is not in the model", name);
  return found->second;
}

std::vector<double> load(const TensorMap& weights, const std::string& name) {
  const std::vector<float> values = find(weights, name).to_float();
  return {values.begin(), values.end()};
}

// Whether all values are finite: checks each row's largest magnitude times its factor.
bool rows_are_finite(const Tensor& tensor) {
  Tensor plain = tensor;
  plain.factors = {};
  const size_t row = static_cast<size_t>(tensor.shape.elements()) / tensor.factors.size();
  std::vector<float> room;
  for (size_t k = 0; k < tensor.factors.size(); ++k) {
    const float largest = largest_magnitude(float_view(plain, k * row, row, room));
    if (!is_finite(static_cast<float>(tensor.factors[k] * largest))) return false;
  }
  return true;
}

std::optional<Tensor> shifted(const std::vector<double>& bias, const ChannelAffine& affine) {
  const Shape channels{static_cast<int64_t>(bias.size())};
  std::vector<float> values(bias.size());
  for (size_t k = 0; k < values.size(); ++k)
    values[k] = static_cast<float>(affine.factor[k] * bias[k] + affine.offset[k]);
  if (!all_finite(values)) return std::nullopt;
  return Tensor::from_floats(channels, std::move(values));
}

}  // namespace

ChannelAffine channel_affine(const BatchNorm& op, const TensorMap& weights) {
  ChannelAffine affine{load(weights, op.scale), load(weights, op.shift)};
  const auto mean = load(weights, op.mean), variance = load(weights, op.variance);
  for (size_t c = 0; c < mean.size(); ++c) {
    affine.factor[c] /= std::sqrt(variance[c] + op.epsilon);
    affine.offset[c] -= mean[c] * affine.factor[c];
  }
  return affine;
}

ChannelAffine channel_affine(const Scale& op, const TensorMap& weights) {
  ChannelAffine affine;
  if (!op.scale.empty()) affine.factor = load(weights, op.scale);
  if (!op.shift.empty()) affine.offset = load(weights, op.shift);
  affine.factor.resize(std::max(affine.factor.size(), affine.offset.size()), 1);
  affine.offset.resize(affine.factor.size(), 0);
  return affine;
}

std::optional<Folded> fold(const ChannelAffine& affine, const TensorMap& weights, const std::string& weight,
                           const std::string& bias) {
  const size_t outputs = affine.factor.size();
  const Tensor unfolded = weight.empty() ? Tensor::from_floats(Shape{static_cast<int64_t>(outputs)},
                                                               std::vector<float>(outputs, 1.0f))
                                         : find(weights, weight);
  Tensor w = unfolded.times(affine.factor);
  if (!rows_are_finite(w)) return std::nullopt;
  auto b = shifted(bias.empty() ? std::vector<double>(outputs) : load(weights, bias), affine);
  if (!b) return std::nullopt;
  return Folded{std::move(w), std::move(*b)};
}

}  // namespace fxe
