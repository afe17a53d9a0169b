// SPDX-License-Identifier: Apache-2.0
#include "layers/channel_affine.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "engine/clones_cpu.h"
#include "engine/error.h"
#include "engine/finite.h"

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

// values *= factor, each rounded once. Whether all are finite.
FXE_CPU_CLONES bool scale(std::span<float> values, double factor) {
  uint32_t most = 0;
  for (float& v : values) {
    v = static_cast<float>(factor * v);
    most = std::max(most, magnitude_bits(v));
  }
  return most < kInfinityBits;
}

// The tensor of this shape in fp32, times its output channel's factor; nothing where that is not finite.
// Without a tensor: of ones. A row at a time, while it is in the cache.
std::optional<Tensor> scaled(const Tensor* tensor, const Shape& shape, const std::vector<double>& factor) {
  const auto count = static_cast<size_t>(shape.elements()), row = count / factor.size();
  const auto values = std::make_shared_for_overwrite<float[]>(count);
  for (size_t k = 0; k < factor.size(); ++k) {
    const std::span<float> out(values.get() + k * row, row);
    if (tensor)
      convert_to_float(tensor->dtype, tensor->bytes.data() + k * row * size_bytes(tensor->dtype), out);
    else
      std::fill(out.begin(), out.end(), 1.0f);
    if (!scale(out, factor[k])) return std::nullopt;
  }
  return Tensor{DType::f32, shape, std::as_bytes(std::span<const float>(values.get(), count)), values};
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
  const Tensor* tensor = weight.empty() ? nullptr : &find(weights, weight);
  auto w = scaled(tensor, tensor ? tensor->shape : Shape{static_cast<int64_t>(outputs)}, affine.factor);
  if (!w) return std::nullopt;
  auto b = shifted(bias.empty() ? std::vector<double>(outputs) : load(weights, bias), affine);
  if (!b) return std::nullopt;
  return Folded{std::move(*w), std::move(*b)};
}

}  // namespace fxe
