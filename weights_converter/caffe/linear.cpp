// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "caffe.pb.h"
#include "weights_converter/caffe/operators.h"

namespace fxe {

namespace {

// [c, k] -> [k, c].
Tensor transposed(const Tensor& tensor) {
  const auto rows = static_cast<size_t>(tensor.shape[0]), columns = static_cast<size_t>(tensor.shape[1]);
  const size_t element = size_bytes(tensor.dtype);
  std::vector<std::byte> out(tensor.bytes.size());
  for (size_t r = 0; r < rows; ++r)
    for (size_t c = 0; c < columns; ++c)
      std::memcpy(&out[(c * rows + r) * element], &tensor.bytes[(r * columns + c) * element], element);
  return Tensor::from_bytes(tensor.dtype, {tensor.shape[1], tensor.shape[0]}, std::move(out));
}

}  // namespace

void import_caffe_inner_product(CaffeImport& import, const CaffeStep& step) {
  const auto& p = *step.layer->inner_product;
  ValueId x = import.only_input(step);
  import.expect_channel_axis(step, p.axis());
  if (p.num_output() < 1) throw step.layer->error("num_output is {}; expected 1 or more", p.num_output());
  const int64_t k = p.num_output(), c = import.shape(step).elements();  // at batch 1
  import.expect_blobs(step, p.bias_term() ? 2 : 1);
  const Tensor blob = import.blob(step, 0, p.transpose() ? Shape{c, k} : Shape{k, c});
  Linear linear{.k = k};
  linear.weight = import.weight(step, "weight", p.transpose() ? transposed(blob) : blob);
  if (p.bias_term()) linear.bias = import.weight(step, "bias", import.blob(step, 1, {k}));
  if (import.shape(step).rank() == 4) x = import.add(step, Flatten{}, {x}, "flatten");
  import.set_output(step, import.add(step, std::move(linear), {x}));
}

}  // namespace fxe
