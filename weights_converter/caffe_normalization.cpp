// SPDX-License-Identifier: Apache-2.0
#include "caffe.pb.h"
#include "weights_converter/caffe_operators.h"

namespace fxe {

namespace {

using Floats = std::vector<float>;

int64_t channels(const CaffeImport& import, const CaffeStep& step) { return import.shape(step)[1]; }

Floats filled(int64_t count, float value) { return Floats(static_cast<size_t>(count), value); }

// y = scale * x + shift per channel: a BatchNorm of mean 0 and variance 1, which optimize() folds into a
// convolution. Directly after a BatchNorm that nothing else reads it becomes that norm's own scale and shift.
void scale_shift(CaffeImport& import, const CaffeStep& step, Tensor scale, Tensor shift) {
  const ValueId x = import.only_input(step);
  const std::string scale_name = import.weight(step, "weight", std::move(scale));
  const std::string shift_name = import.weight(step, "bias", std::move(shift));
  if (import.bare_norms.erase(x) > 0) {
    import.late_scale[x] = {scale_name, shift_name};
    return import.set_output(step, x);
  }
  const int64_t c = channels(import, step);
  BatchNorm norm{.scale = scale_name, .shift = shift_name, .epsilon = 0};
  norm.mean = import.weight(step, "mean", filled(c, 0));
  norm.variance = import.weight(step, "variance", filled(c, 1));
  import.set_output(step, import.add(step, std::move(norm), {x}));
}

Tensor constant(int64_t count, float value) { return Tensor::from_floats({count}, filled(count, value)); }

void expect_per_channel(const CaffeImport& import, const CaffeStep& step, int64_t axis, int64_t num_axes) {
  import.expect_channel_axis(step, axis);
  if (num_axes != 1) throw step.layer->error("num_axes is {}; fxe has one number per channel only", num_axes);
}

}  // namespace

// Caffe keeps sums: the mean and variance are blobs 0 and 1 divided by blob 2, or 0 where that is 0.
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
  const ValueId y = import.add(step, std::move(norm), {x});
  if (import.reads(step) == 1) import.bare_norms.insert(y);
  import.late_scale[y] = {"", ""};
  import.set_output(step, y);
}

void import_caffe_scale(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->scale;
  const int64_t c = channels(import, step);
  expect_per_channel(import, step, p.axis(), p.num_axes());
  import.expect_blobs(step, p.bias_term() ? 2 : 1);
  Tensor scale = import.blob(step, 0, {c});
  scale_shift(import, step, std::move(scale), p.bias_term() ? import.blob(step, 1, {c}) : constant(c, 0));
}

void import_caffe_bias(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->bias;
  const int64_t c = channels(import, step);
  expect_per_channel(import, step, p.axis(), p.num_axes());
  scale_shift(import, step, constant(c, 1), import.blob(step, 0, {c}));
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
