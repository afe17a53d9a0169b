// SPDX-License-Identifier: Apache-2.0
// torch.export writes as_strided() as a Reshape to one row of all elements of all images, and a Gather from
// it by position. If these are all positions in order, the two together change nothing.
#include <fmt/ranges.h>

#include <algorithm>

#include "weights_converter/onnx/constant.h"
#include "weights_converter/onnx/numbers.h"
#include "weights_converter/onnx/operators.h"

namespace fxe {

namespace {

const OnnxImageIndex* image_index(const OnnxImport& import, const OnnxNode& node, size_t i) {
  return node.has_input(i) ? std::get_if<OnnxImageIndex>(&import.value(node, i)) : nullptr;
}

// Range(0, n, 1), of the batch size n.
bool counts_images(const OnnxImport& import, const OnnxNode& node) {
  if (node.type() != "Range" || !import.is_constant(node, 1)) return false;
  const Tensor& limit = import.constant(node, 1);
  return limit.dtype == DType::i64 && limit.shape.elements() == 1 && small_integers(limit)[0] == kBatch;
}

OnnxImageIndex changed(OnnxImport& import, const OnnxNode& node, const OnnxImageIndex& x, size_t other) {
  OnnxImageIndex y = x;
  const int rank = x.base.shape.rank();
  if (node.type() == "Unsqueeze") {
    std::vector<int64_t> dims(x.base.shape.dims().begin(), x.base.shape.dims().end());
    auto axes = import.integers(node, "axes", 13, 1);
    std::sort(axes.begin(), axes.end());
    for (const int64_t axis : axes) {  // axes after that of images
      if (axis < 1 || axis > static_cast<int64_t>(dims.size())) throw node.error("adds an axis {}", axis);
      dims.insert(dims.begin() + axis, 1);
    }
    y.base.shape = Shape(dims);
    return y;
  }
  const Tensor& by = import.constant(node, other);
  if (node.type() == "Mul" && by.shape.elements() == 1 && by.shape.rank() <= rank) {
    if (__builtin_mul_overflow(x.per_image, all_integers(by)[0], &y.per_image))
      throw node.error("computes past what integers hold");
    y.base = fold_binary(import, "Mul", x.base, by);
    return y;
  }
  if (node.type() == "Add" && (by.shape.rank() < rank || (by.shape.rank() == rank && by.shape[0] == 1))) {
    y.base = fold_binary(import, "Add", x.base, by);
    return y;
  }
  throw node.error("counts the images of a batch; fxe reads this in positions that change nothing only");
}

std::vector<int64_t> without_batch(const Shape& shape) {
  const auto dims = shape.dims();
  return dims.empty() ? std::vector<int64_t>{} : std::vector<int64_t>(dims.begin() + 1, dims.end());
}

bool counts_up(const Tensor& t) {
  if (is_floating(t.dtype)) return false;
  const auto values = all_integers(t);
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] != static_cast<int64_t>(i)) return false;
  return true;
}

}  // namespace

bool count_onnx_images(OnnxImport& import, const OnnxNode& node) {
  if (counts_images(import, node)) {
    const auto number = [&](size_t i) { return all_integers(import.constant(node, i)); };
    if (number(0) != std::vector<int64_t>{0} || number(2) != std::vector<int64_t>{1})
      throw node.error("counts the images of a batch, but not from 0 by 1");
    import.set(node, OnnxImageIndex{1, integer_tensor({0}, {1})});
    return true;
  }
  if (node.type() == "Gather") return false;
  for (size_t i = 0; i < node.inputs(); ++i)
    if (const auto* x = image_index(import, node, i)) {
      import.set(node, changed(import, node, *x, 1 - std::min<size_t>(i, 1)));
      return true;
    }
  return false;
}

void import_gather(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = import.flow(node, 0);
  if (x.seen_as != std::vector<int64_t>{-1}) return gather_channels(import, node);
  x.seen_as.clear();
  const auto dims = import.shape(x);
  const std::vector<int64_t> image(dims.begin() + 1, dims.end());
  const int64_t elements = Shape(image).elements();
  bool same = node.integer("axis", 0) == 0;
  if (const auto* index = image_index(import, node, 1)) {
    same = same && index->per_image == elements && without_batch(index->base.shape) == image &&
           counts_up(index->base);
  } else {
    const Tensor& positions = import.constant(node, 1);
    same = same && import.fixed_batch() && positions.shape.rank() > 0 &&
           positions.shape[0] == *import.fixed_batch() && without_batch(positions.shape) == image &&
           counts_up(positions);
  }
  if (!same)
    throw node.error(
        "takes the elements of images [{}] in another order; fxe reads this where it changes nothing only",
        fmt::join(image, ", "));
  import.set(node, x);
}

}  // namespace fxe
