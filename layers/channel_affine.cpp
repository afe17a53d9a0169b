// SPDX-License-Identifier: Apache-2.0
#include "layers/channel_affine.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace fxe {

namespace {

std::vector<double> load(const TensorMap& weights, const std::string& name) {
  const auto found = weights.find(name);
  if (found == weights.end()) throw run_time_error("the weight '{}' is not in the model", name);
  const std::vector<float> values = found->second.to_float();
  return {values.begin(), values.end()};
}

Tensor rounded(const Shape& shape, const std::vector<double>& values) {
  std::vector<float> floats(values.size());
  std::transform(values.begin(), values.end(), floats.begin(),
                 [](double v) { return static_cast<float>(v); });
  return Tensor::from_floats(shape, std::move(floats));
}

bool fits(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double v) { return std::isfinite(static_cast<float>(v)); });
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
  const Shape channels{static_cast<int64_t>(outputs)};
  std::vector<double> w = weight.empty() ? std::vector<double>(outputs, 1) : load(weights, weight);
  std::vector<double> b = bias.empty() ? std::vector<double>(outputs) : load(weights, bias);
  const size_t row = w.size() / outputs;
  for (size_t i = 0; i < w.size(); ++i) w[i] *= affine.factor[i / row];
  for (size_t k = 0; k < outputs; ++k) b[k] = affine.factor[k] * b[k] + affine.offset[k];
  if (!fits(w) || !fits(b)) return std::nullopt;
  return Folded{rounded(weight.empty() ? channels : weights.find(weight)->second.shape, w),
                rounded(channels, b)};
}

}  // namespace fxe
