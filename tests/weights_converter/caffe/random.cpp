// SPDX-License-Identifier: Apache-2.0
#include "tests/weights_converter/caffe/random.h"

#include <cmath>

namespace fxe::test {

RandomCaffe::RandomCaffe(uint64_t seed) : random_(seed) {
  for (int i = 0; i < 16; ++i) image_.push_back(static_cast<double>(random_.integer(-2, 2)));
  blobs_.push_back({builder_.input(4, 2, 2), {{1, 4, 2, 2}, image_}, 2});
  for (int step = 0; step < 16; ++step) {
    const size_t i = random_.integer(0, 2) ? blobs_.size() - 1 : any();  // chains, with readers from aside
    switch (random_.integer(0, 6)) {
      case 0:
        add_product(i);
        break;
      case 1:
        add_norm(i);
        break;
      case 2:
      case 3:
        add_scale(i);
        break;
      case 4:
        join(i);
        break;
      default:
        add_alias(i);
    }
  }
  finish();
}

caffe::Layer& RandomCaffe::add(const char* type, size_t i, Array value, double bound, bool may_be_in_place) {
  const std::string name = "l" + std::to_string(++names_);
  if (may_be_in_place && random_.integer(0, 1)) {
    auto& layer = builder_.in_place(type, name, blobs_[i].name);
    blobs_[i].value = std::move(value);
    blobs_[i].bound = bound;
    return layer;
  }
  auto& layer = builder_.layer(type, name, blobs_[i].name);
  blobs_.push_back({name, std::move(value), bound});
  return layer;
}

void RandomCaffe::blob(caffe::Layer& layer, const std::vector<int64_t>& shape,
                       const std::vector<double>& values) {
  builder_.add_blob(layer, shape, 0);
  auto& data = *layer.mutable_blobs()->rbegin()->mutable_data();
  for (int j = 0; j < data.size(); ++j) data.Set(j, static_cast<float>(values[static_cast<size_t>(j)]));
}

void RandomCaffe::add_alias(size_t i) {
  const Named x = blobs_[i];
  switch (random_.integer(0, 3)) {
    case 0:
      add("Dropout", i, x.value, x.bound, true);
      return;
    case 1: {
      const std::string name = "l" + std::to_string(++names_);
      builder_.layer("Split", name, {x.name}, {name + "a", name + "b"});
      blobs_.push_back({name + "a", x.value, x.bound});
      blobs_.push_back({name + "b", x.value, x.bound});
      return;
    }
    case 2: {
      auto& shape = *add("Reshape", i, x.value, x.bound, false).mutable_reshape_param()->mutable_shape();
      for (size_t d = 0; d < x.value.dims.size(); ++d) shape.add_dim(0);
      return;
    }
    default:
      add("Concat", i, x.value, x.bound, false);
  }
}

void RandomCaffe::add_product(size_t i) {
  const Named x = blobs_[i];
  const bool image = x.value.dims.size() == 4 && random_.integer(0, 3) > 0;
  const int64_t c = image ? x.value.dims[1] : x.value.rows_of(1), k = random_.integer(2, 4);
  const int64_t r = image && random_.integer(0, 1) ? 3 : 1;
  const double bound = x.bound * static_cast<double>(c * r * r) + 1;
  if (bound > kMaxBound) return;
  const auto weight = small(random_, k * c * r * r, false);
  const auto bias = random_.integer(0, 1) ? small(random_, k, false) : std::vector<double>{};
  auto& layer =
      add(image ? "Convolution" : "InnerProduct", i,
          image ? convolve(x.value, weight, bias, k, r) : multiply(x.value, weight, bias, k), bound, false);
  if (image) {
    auto& p = *layer.mutable_convolution_param();
    p.set_num_output(k);
    p.add_kernel_size(r);
    p.add_pad(r / 2);
    p.set_bias_term(!bias.empty());
    blob(layer, {k, c, r, r}, weight);
  } else {
    layer.mutable_inner_product_param()->set_num_output(k);
    layer.mutable_inner_product_param()->set_bias_term(!bias.empty());
    blob(layer, {k, c}, weight);
  }
  if (!bias.empty()) blob(layer, {k}, bias);
}

void RandomCaffe::add_scale(size_t i) {
  const Named x = blobs_[i];
  const int64_t c = x.value.dims[1];
  if (2 * x.bound + 3 > kMaxBound) return;
  const auto factors = small(random_, c, true), terms = small(random_, c, false);
  const bool shifted = random_.integer(0, 1) == 1;
  const double factor = small(random_, 1, true)[0], term = static_cast<double>(random_.integer(-3, 3));
  switch (random_.integer(0, 3)) {
    case 0: {
      auto scaled = [&](double v, size_t k) { return factors[k] * v + (shifted ? terms[k] : 0); };
      auto& layer = add("Scale", i, per_channel(x.value, scaled), 2 * x.bound + 1, true);
      layer.mutable_scale_param()->set_bias_term(shifted);
      blob(layer, {c}, factors);
      if (shifted) blob(layer, {c}, terms);
      return;
    }
    case 1: {
      const auto plus = [&](double v, size_t k) { return v + terms[k]; };
      return blob(add("Bias", i, per_channel(x.value, plus), x.bound + 1, true), {c}, terms);
    }
    case 2: {
      const auto line = [&](double v, size_t) { return factor * v + term; };
      auto& layer = add("Power", i, per_channel(x.value, line), 2 * x.bound + 3, true);
      layer.mutable_power_param()->set_scale(static_cast<float>(factor));
      layer.mutable_power_param()->set_shift(static_cast<float>(term));
      return;
    }
    default:
      add("ReLU", i, relu(x.value), x.bound, true);
  }
}

// With variances of 1 and 1/4, whose roots are exact, kept as sums over one or two images.
void RandomCaffe::add_norm(size_t i) {
  const Named x = blobs_[i];
  const int64_t c = x.value.dims[1];
  if (2 * (x.bound + 1) > kMaxBound) return;
  const auto mean = small(random_, c, false);
  const double count = static_cast<double>(random_.integer(1, 2));
  std::vector<double> variance, sum, squares;
  for (size_t k = 0; k < mean.size(); ++k) {
    variance.push_back(random_.integer(0, 1) ? 1 : 0.25);
    sum.push_back(count * mean[k]);
    squares.push_back(count * variance[k]);
  }
  const auto normed = [&](double v, size_t k) { return (v - mean[k]) / std::sqrt(variance[k]); };
  auto& layer = add("BatchNorm", i, per_channel(x.value, normed), 2 * (x.bound + 1), true);
  layer.mutable_batch_norm_param()->set_eps(0);
  blob(layer, {c}, sum);
  blob(layer, {c}, squares);
  blob(layer, {1}, {count});
}

void RandomCaffe::join(size_t i) {
  const Named x = blobs_[i], y = blobs_[any()];
  if (x.value.dims != y.value.dims || x.bound + y.bound > kMaxBound) return;
  const std::string name = "l" + std::to_string(++names_);
  builder_.layer("Eltwise", name, {x.name, y.name}, {name});
  blobs_.push_back({name, sum(x.value, y.value), x.bound + y.bound});
}

// The sum of products of the last blob and of one in the middle.
void RandomCaffe::finish() {
  std::vector<std::string> parts;
  logits_.assign(kClasses, 0);
  const size_t count = blobs_.size();
  for (size_t i = 0; i < count; ++i) {
    if (i + 1 < count && i != count / 2) continue;
    const Named x = blobs_[i];
    const int64_t c = x.value.rows_of(1);
    const auto weight = small(random_, kClasses * c, false);
    parts.push_back("part" + std::to_string(i));
    auto& layer = builder_.layer("InnerProduct", parts.back(), x.name);
    layer.mutable_inner_product_param()->set_num_output(kClasses);
    layer.mutable_inner_product_param()->set_bias_term(false);
    blob(layer, {kClasses, c}, weight);
    const Array part = multiply(x.value, weight, {}, kClasses);
    for (size_t k = 0; k < logits_.size(); ++k) logits_[k] += part.v[k];
  }
  if (parts.size() > 1) builder_.layer("Eltwise", "logits", parts, {"logits"});
  bytes_ = builder_.bytes();
}

}  // namespace fxe::test
