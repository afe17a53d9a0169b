// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "caffe.pb.h"
#include "weights_converter/caffe/operators.h"

namespace fxe {

namespace {

using Floats = std::vector<float>;

int64_t channels(const CaffeImport& import, const CaffeStep& step) { return import.shape(step)[1]; }

// y = scale * x + shift per channel; either may be absent.
void scale_shift(CaffeImport& import, const CaffeStep& step, std::optional<Tensor> scale,
                 std::optional<Tensor> shift) {
  const ValueId x = import.only_input(step);
  const std::string scale_name = scale ? import.weight(step, "weight", *std::move(scale)) : "";
  const std::string shift_name = shift ? import.weight(step, "bias", *std::move(shift)) : "";
  import.set_output(step, import.add(step, Scale{.scale = scale_name, .shift = shift_name}, {x}));
}

Tensor constant(int64_t count, float value) {
  return Tensor::from_floats({count}, Floats(static_cast<size_t>(count), value));
}

// SENet's gate: one number per image and channel, from another blob.
void gate(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->scale;
  const Shape &x = import.image(step), &numbers = import.shape(step, 1);
  const bool per_channel = numbers.rank() == 2 || (numbers.rank() == 4 && numbers[2] == 1 && numbers[3] == 1);
  if (step.inputs.size() != 2 || p.bias_term() || p.axis() != 0 || !per_channel || numbers[1] != x[1])
    throw step.layer->error("multiplies {} by {} from axis {}; fxe has one number per image and channel",
                            x.str(), numbers.str(), p.axis());
  import.set_output(step, import.add(step, ChannelGate{}, {import.input(step), import.input(step, 1)}));
}

void expect_per_channel(const CaffeImport& import, const CaffeStep& step, int64_t axis, int64_t num_axes) {
  import.expect_channel_axis(step, axis);
  if (num_axes != 1) throw step.layer->error("num_axes is {}; fxe has one number per channel only", num_axes);
}

}  // namespace

// The Scale layer after it holds its scale and shift, and stays separate until optimize(). Caffe keeps sums:
// mean and variance are blobs 0 and 1 divided by blob 2, or 0 if that is 0.
void import_caffe_batch_norm(CaffeImport& import, const CaffeStep& step) {
  const ValueId x = import.only_input(step);
  const int64_t c = channels(import, step);
  import.expect_blobs(step, 3);
  Tensor mean = import.blob(step, 0, {c}), variance = import.blob(step, 1, {c});
  const float count = import.blob(step, 2, {1}).to_float()[0];
  if (count != 1) {
    const float factor = count == 0 ? 0 : 1 / count;
    for (Tensor* sum : {&mean, &variance}) {
      Floats values = sum->to_float();
      for (float& v : values) v *= factor;
      *sum = Tensor::from_floats({c}, std::move(values));
    }
  }
  BatchNorm norm{.epsilon = static_cast<double>(step.layer->batch_norm->eps())};
  norm.mean = import.weight(step, "mean", std::move(mean));
  norm.variance = import.weight(step, "variance", std::move(variance));
  norm.scale = import.weight(step, "scale", constant(c, 1));
  norm.shift = import.weight(step, "shift", constant(c, 0));
  import.set_output(step, import.add(step, std::move(norm), {x}));
}

void import_caffe_scale(CaffeImport& import, const CaffeStep& step) {
  if (step.inputs.size() > 1) return gate(import, step);
  const auto& p = *step.layer->scale;
  const int64_t c = channels(import, step);
  expect_per_channel(import, step, p.axis(), p.num_axes());
  import.expect_blobs(step, p.bias_term() ? 2 : 1);
  Tensor scale = import.blob(step, 0, {c});
  scale_shift(import, step, std::move(scale),
              p.bias_term() ? std::optional(import.blob(step, 1, {c})) : std::nullopt);
}

void import_caffe_bias(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->bias;
  const int64_t c = channels(import, step);
  expect_per_channel(import, step, p.axis(), p.num_axes());
  import.expect_blobs(step, 1);
  scale_shift(import, step, std::nullopt, import.blob(step, 0, {c}));
}

void import_caffe_power(CaffeImport& import, const CaffeStep& step) {
  const int64_t c = channels(import, step);
  scale_shift(import, step, constant(c, step.layer->power->scale()), constant(c, step.layer->power->shift()));
}

void import_caffe_lrn(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->lrn;
  const ValueId x = import.only_input(step);
  import.image(step);
  const Lrn lrn{.size = p.local_size(), .alpha = p.alpha(), .beta = p.beta(), .k = p.k()};
  import.set_output(step, import.add(step, lrn, {x}));
}

}  // namespace fxe
