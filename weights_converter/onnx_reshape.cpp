// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <algorithm>

#include "weights_converter/onnx_operators.h"

namespace fxe {

namespace {

using Dims = std::vector<int64_t>;

std::string str(const Dims& dims) {
  std::vector<std::string> parts;
  for (const int64_t d : dims) parts.push_back(d == kBatch ? "n" : std::to_string(d));
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

OnnxFlow unpadded(const OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow& x = import.flow(node, 0);
  if (x.pad.any()) throw node.error("follows a Pad; fxe joins a Pad with a convolution or pooling only");
  return x;
}

int64_t image_elements(const Dims& dims) {
  int64_t product = 1;
  for (size_t i = 1; i < dims.size(); ++i) product *= dims[i];
  return product;
}

// [n c h w] -> [n c*h*w].
void flatten(OnnxImport& import, const OnnxNode& node, OnnxFlow x) {
  const Shape shape = import.graph.shape(x.id);
  if (shape.rank() == 4) {
    if (x.nhwc && shape[1] != 1 && shape[2] * shape[3] != 1)
      throw node.error(
          "flattens [n h w c], whose order of elements is not fxe's; Transpose it to [n c h w] before");
    const ValueId flat = import.add(node, Flatten{}, {x.id});
    import.flattened_from[flat] = x.id;
    x.id = flat;
  }
  x.nhwc = false;
  import.set(node, x);
}

// [n c] -> [n c 1 1] where it was flattened from that.
void unflatten(OnnxImport& import, const OnnxNode& node, OnnxFlow x, bool nhwc) {
  const auto source = import.flattened_from.find(x.id);
  if (source == import.flattened_from.end() ||
      import.graph.shape(source->second)[1] != import.graph.shape(x.id)[1])
    throw node.error("makes rows into images, which fxe does only right after a pooling to 1x1");
  x.id = source->second;
  x.nhwc = nhwc;
  import.set(node, x);
}

// Whether `target` keeps these dimensions; at most one of its entries may be -1.
bool same_dims(const OnnxImport& import, const Dims& dims, const Dims& target) {
  if (dims.size() != target.size() || std::count(target.begin(), target.end(), -1) > 1) return false;
  if (!import.is_batch(target[0])) return false;
  for (size_t i = 1; i < dims.size(); ++i)
    if (target[i] != -1 && target[i] != dims[i]) return false;
  return true;
}

Dims normalised(const OnnxNode& node, Dims axes, int64_t rank) {
  for (int64_t& axis : axes) {
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) throw node.error("has an axis outside its {} dimensions", rank);
  }
  std::sort(axes.begin(), axes.end());
  return axes;
}

}  // namespace

void import_flatten(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = unpadded(import, node);
  const int rank = import.graph.shape(x.id).rank();
  int64_t axis = node.integer("axis", 1);
  if (axis < 0) axis += rank;
  if (axis != 1) throw node.error("flattens from axis {}; fxe keeps the batch apart (axis 1)", axis);
  flatten(import, node, x);
}

void import_reshape(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = unpadded(import, node);
  const Dims dims = import.shape(x);
  Dims target = import.integers(node, 1);
  for (size_t i = 0; i < target.size() && node.integer("allowzero", 0) == 0; ++i)
    if (target[i] == 0 && i < dims.size()) target[i] = dims[i];
  if (same_dims(import, dims, target)) return import.set(node, x);
  const bool batch_first = !target.empty() && import.is_batch(target[0]);
  if (batch_first && target.size() == 2) {
    const bool rest = target[1] == image_elements(dims) || (target[1] == -1 && target[0] != -1);
    if (rest) return flatten(import, node, x);
  }
  if (batch_first && target.size() == 4 && dims.size() == 2) {
    if (same_dims(import, {kBatch, dims[1], 1, 1}, target)) return unflatten(import, node, x, false);
    if (same_dims(import, {kBatch, 1, 1, dims[1]}, target)) return unflatten(import, node, x, true);
  }
  throw node.error("makes {} into {}; fxe only flattens images to rows", str(dims), str(target));
}

void import_squeeze(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = unpadded(import, node);
  const Dims dims = import.shape(x);
  Dims axes = normalised(node, import.integers(node, "axes", 13, 1), static_cast<int64_t>(dims.size()));
  if (axes.empty())
    for (size_t i = 1; i < dims.size(); ++i)
      if (dims[i] == 1) axes.push_back(static_cast<int64_t>(i));
  const Dims image = x.nhwc ? Dims{1, 2} : Dims{2, 3};
  if (dims.size() != 4 || axes != image || import.graph.shape(x.id)[2] != 1 ||
      import.graph.shape(x.id)[3] != 1)
    throw node.error("of {} drops other axes than h and w of size 1", str(dims));
  flatten(import, node, x);
}

void import_unsqueeze(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = unpadded(import, node);
  const Dims axes = normalised(node, import.integers(node, "axes", 13, 1), 4);
  const bool nhwc = axes == Dims{1, 2};
  if (import.graph.shape(x.id).rank() != 2 || (!nhwc && axes != Dims{2, 3}))
    throw node.error("of {} adds other axes than h and w", str(import.shape(x)));
  unflatten(import, node, x, nhwc);
}

void import_shape(OnnxImport& import, const OnnxNode& node) {
  const Dims dims = import.shape(import.flow(node, 0));
  const auto rank = static_cast<int64_t>(dims.size());
  const auto position = [&](const char* attribute, int64_t otherwise) {
    const int64_t at = node.integer(attribute, otherwise);
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const int64_t start = position("start", 0), end = std::max(position("end", rank), start);
  import.set(node, integer_tensor({dims.begin() + start, dims.begin() + end}, {end - start}));
}

}  // namespace fxe
