// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx_function.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>

namespace fxe {

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

bool close(double y, double expected, double x) {
  return std::fabs(y - expected) <= 1e-5 * std::max({std::fabs(x), std::fabs(expected), 1e-3});
}

bool is(const OnnxFunction& f, const std::function<double(double)>& expected) {
  const auto& x = sample_pixels();
  for (size_t i = 0; i < x.size(); ++i)
    if (!close(f.samples[i], expected(x[i]), x[i])) return false;
  return true;
}

bool is_layer_norm(const OnnxFunction& f, double epsilon) {
  const auto& x = sample_pixels();
  const auto channels = static_cast<double>(kSampleChannels);
  for (size_t first = 0; first < x.size(); first += kSampleChannels) {
    double mean = 0, variance = 0;
    for (size_t c = first; c < first + kSampleChannels; ++c) mean += x[c] / channels;
    for (size_t c = first; c < first + kSampleChannels; ++c)
      variance += (x[c] - mean) * (x[c] - mean) / channels;
    for (size_t c = first; c < first + kSampleChannels; ++c)
      if (!close(f.samples[c], (x[c] - mean) / std::sqrt(variance + epsilon), 0)) return false;
  }
  return true;
}

// Slope and offset from two samples between the ends.
std::optional<Activation> as_hard_sigmoid(const OnnxFunction& f) {
  const auto& x = sample_pixels();
  const auto inside = [&](size_t i) { return f.samples[i] > 0.05 && f.samples[i] < 0.95; };
  std::optional<size_t> first;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!inside(i)) continue;
    if (!first) first = i;
    if (std::fabs(x[i] - x[*first]) < 0.5) continue;
    const double slope = (f.samples[i] - f.samples[*first]) / (x[i] - x[*first]);
    const double offset = f.samples[i] - slope * x[i];
    if (!is(f, [&](double v) { return std::min(std::max(slope * v + offset, 0.0), 1.0); })) return {};
    return Activation::hard_sigmoid(static_cast<float>(slope), static_cast<float>(offset));
  }
  return {};
}

}  // namespace

const std::vector<double>& sample_pixels() {
  static const std::vector<double> pixels = [] {
    std::vector<double> x;
    for (const double spread : {0.002, 0.15, 0.6, 1.5})
      for (size_t c = 0; c < kSampleChannels; ++c) {
        const auto at = static_cast<double>(c);
        x.push_back(spread * (at - 7.3 + 0.31 * std::sin(5 * at)));
      }
    for (const double far : {1e5, 1e3, 50.0, 20.0, 12.0, 6.5, 4.1, 2.9})
      for (const double sign : {-1.0, 1.0}) x.push_back(sign * far);
    return x;
  }();
  return pixels;
}

std::optional<std::pair<double, double>> as_affine(const OnnxFunction& f) {
  const auto& x = sample_pixels();
  const size_t i = 2 * kSampleChannels, j = 3 * kSampleChannels - 1;
  const double a = (f.samples[j] - f.samples[i]) / (x[j] - x[i]), b = f.samples[i] - a * x[i];
  if (!is(f, [&](double v) { return a * v + b; })) return {};
  return std::pair(a, b);
}

std::optional<Activation> as_activation(const OnnxFunction& f) {
  const double kTanh = std::sqrt(2 * std::numbers::inv_pi);
  const std::array<std::pair<Activation, std::function<double(double)>>, 6> kinds{
      {{Activation::relu(), [](double x) { return std::max(x, 0.0); }},
       {Activation::sigmoid(), sigmoid},
       {Activation::hard_swish(), [](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; }},
       {Activation::silu(), [](double x) { return x * sigmoid(x); }},
       {Activation::gelu(), [](double x) { return x / 2 * std::erfc(-x / std::numbers::sqrt2); }},
       {Activation::gelu_tanh(),
        [=](double x) { return x * sigmoid(2 * kTanh * (x + 0.044715 * x * x * x)); }}}};
  for (const auto& [act, function] : kinds)
    if (is(f, function)) return act;
  return as_hard_sigmoid(f);
}

std::optional<LayerNorm> as_layer_norm(const OnnxFunction& f) {
  for (const double epsilon : f.numbers)
    if (epsilon > 0 && epsilon < 1 && is_layer_norm(f, epsilon)) return LayerNorm{.epsilon = epsilon};
  return {};
}

}  // namespace fxe
