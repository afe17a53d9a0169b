// SPDX-License-Identifier: Apache-2.0
#include "caffe.pb.h"
#include "weights_converter/caffe/operators.h"

namespace fxe {

namespace {

std::vector<ValueId> all_inputs(const CaffeImport& import, const CaffeStep& step) {
  std::vector<ValueId> values{import.input(step)};
  for (size_t i = 1; i < step.inputs.size(); ++i) values.push_back(import.input(step, i));
  return values;
}

// [n c h w] -> [n c*h*w]; rows stay as they are.
void flatten(CaffeImport& import, const CaffeStep& step) {
  const ValueId x = import.only_input(step);
  const bool rows = import.shape(step).rank() == 2;
  import.set_output(step, rows ? x : import.add(step, Flatten{}, {x}));
}

}  // namespace

void import_caffe_concat(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->concat;
  import.expect_channel_axis(step, p.has_concat_dim() ? p.concat_dim() : p.axis());
  auto inputs = all_inputs(import, step);
  import.set_output(step, inputs.size() == 1 ? inputs[0] : import.add(step, Concat{}, std::move(inputs)));
}

void import_caffe_eltwise(CaffeImport& import, const CaffeStep& step) {
  const auto inputs = all_inputs(import, step);
  const auto coefficients = static_cast<size_t>(step.layer->eltwise->coeff_size());
  if (coefficients != 0 && coefficients != inputs.size())
    throw step.layer->error("has {} coefficients for {} bottoms", coefficients, inputs.size());
  const auto times = [&](size_t i) {
    const float coefficient = coefficients ? step.layer->eltwise->coeff(static_cast<int>(i)) : 1;
    return import.scaled(step, inputs[i], coefficient);
  };
  ValueId sum = times(0);
  for (size_t i = 1; i < inputs.size(); ++i) sum = import.add(step, Add{}, {sum, times(i)});
  import.set_output(step, sum);
}

// At the slice points, or in equal parts.
void import_caffe_slice(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->slice;
  const ValueId x = import.only_input(step);
  const int64_t c = import.image(step)[1];
  import.expect_channel_axis(step, p.has_slice_dim() ? p.slice_dim() : p.axis());
  const auto parts = static_cast<int64_t>(step.outputs.size());
  std::vector<int64_t> ends(p.slice_point().begin(), p.slice_point().end());
  if (ends.empty() && parts > 0 && c % parts == 0)
    for (int64_t i = 1; i < parts; ++i) ends.push_back(i * (c / parts));
  ends.push_back(c);
  if (static_cast<int64_t>(ends.size()) != parts)
    throw step.layer->error("has {} tops for {} parts of {} channels", parts, ends.size(), c);
  int64_t first = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] <= first || ends[i] > c)
      throw step.layer->error("cuts {} channels at {} after {}", c, ends[i], first);
    import.set(step.outputs[i], import.add(step, ChannelSlice{first, ends[i] - first}, {x}));
    first = ends[i];
  }
}

void import_caffe_flatten(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->flatten;
  import.expect_channel_axis(step, p.axis());
  const int64_t last = import.shape(step).rank() - 1;
  if (p.end_axis() != -1 && p.end_axis() != last)
    throw step.layer->error("flattens axes {} to {}; fxe flattens an image whole", p.axis(), p.end_axis());
  flatten(import, step);
}

// Dimensions: 0 is the input's, -1 the remainder.
void import_caffe_reshape(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->reshape;
  const Shape& x = import.shape(step);
  const auto& dims = p.shape().dim();
  const auto refuse = [&] {
    return step.layer->error("reshapes {} in a way that fxe does not support; it only makes rows of images",
                             x.str());
  };
  if (p.axis() != 0 || p.num_axes() != -1 || dims.empty()) throw refuse();
  const bool keeps_batch = dims[0] == 0 || dims[0] == 1 || (dims[0] == -1 && x.rank() > 1);
  const auto is = [&](int i, int64_t size) {
    return dims[i] == size || dims[i] == -1 || (dims[i] == 0 && i < x.rank() && x[i] == size);
  };
  bool same = keeps_batch && dims.size() == x.rank();
  for (int i = 1; same && i < dims.size(); ++i) same = is(i, x[i]);
  if (same) return import.set_output(step, import.only_input(step));
  bool rows = keeps_batch && dims.size() >= 2 && is(1, x.elements());
  for (int i = 2; rows && i < dims.size(); ++i) rows = dims[i] == 1;
  if (!rows) throw refuse();
  flatten(import, step);
}

void import_caffe_identity(CaffeImport& import, const CaffeStep& step) {
  import.set_output(step, import.only_input(step));
}

}  // namespace fxe
