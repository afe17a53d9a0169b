// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "weights_converter/onnx/constant.h"
#include "weights_converter/onnx/operators.h"

namespace fxe {

namespace {

using Dims = std::vector<int64_t>;

std::string str(const Dims& dims) {
  std::vector<std::string> parts;
  for (const int64_t d : dims) parts.push_back(d == kBatch ? "n" : std::to_string(d));
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

OnnxFlow unsplit(const OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow& x = import.flow(node, 0);
  if (x.groups > 0)
    throw node.error("works on channels that a Reshape split; fxe reads a channel shuffle only");
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
  x.pixel = false;
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

// [n c] -> [n c 1 1]; undone if it was flattened from that.
void unflatten(OnnxImport& import, const OnnxNode& node, OnnxFlow x, bool nhwc) {
  const auto source = import.flattened_from.find(x.id);
  if (source != import.flattened_from.end() &&
      import.graph.shape(source->second)[1] == import.graph.shape(x.id)[1])
    x.id = source->second;
  else
    x.pixel = true;
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

// Works out an entry of -1, unless it is the batch's.
Dims complete(Dims target, int64_t elements) {
  const auto open = std::find(target.begin() + 1, target.end(), -1);
  if (open == target.end()) return target;
  int64_t known = 1;
  for (auto d = target.begin() + 1; d != target.end(); ++d)
    if (d != open && (*d < 1 || *d > elements / known))
      return target;
    else if (d != open)
      known *= *d;
  if (elements % known == 0) *open = elements / known;
  return target;
}

// The number of groups if `target` splits the channels of an image in two, [n g c/g h w]; h and w may be one
// axis. 0 if it does not.
int64_t split_groups(const OnnxImport& import, const OnnxFlow& x, const Dims& dims, const Dims& target) {
  if (x.groups > 0 || dims.size() != 4 || target.size() < 4 || !import.is_batch(target[0])) return 0;
  const int64_t c = x.nhwc ? dims[3] : dims[1];
  const Dims whole = complete(target, image_elements(dims));
  const size_t at = x.nhwc ? 3 : 1;
  if (whole.size() <= at + 1 || whole[at] < 1 || whole[at + 1] < 1 || c % whole[at] != 0 ||
      c / whole[at] != whole[at + 1])
    return 0;
  const Dims pixels =
      x.nhwc ? Dims(whole.begin() + 1, whole.begin() + 3) : Dims(whole.begin() + 3, whole.end());
  const Dims size = x.nhwc ? Dims{dims[1], dims[2]} : Dims{dims[2], dims[3]};
  const bool merged = !x.nhwc && pixels == Dims{size[0] * size[1]};
  return (whole.size() == 5 && pixels == size) || (whole.size() == 4 && merged) ? whole[at] : 0;
}

// Merges two axes of channels again.
void join_channels(OnnxImport& import, const OnnxNode& node, OnnxFlow x, const Dims& target) {
  const int64_t groups = std::exchange(x.groups, 0);
  const bool exchanged = std::exchange(x.exchanged, false);
  if (!same_dims(import, import.shape(x), target))
    throw node.error("makes split channels into {}; fxe reads a channel shuffle only", str(target));
  if (exchanged) x.id = import.add(node, ChannelShuffle{groups}, {x.id});
  import.set(node, x);
}

// Restores an image that lost an axis of size 1, or all of them. An image of one channel has the same
// elements in the same order as [n 1 h w] and [n h w 1].
void restore(OnnxImport& import, const OnnxNode& node, OnnxFlow x, const Dims& target) {
  x.seen_as.clear();
  const bool was_nhwc = x.nhwc, one_channel = import.graph.shape(x.id)[1] == 1;
  for (const bool nhwc : {was_nhwc, !was_nhwc}) {
    x.nhwc = nhwc;
    if ((nhwc == was_nhwc || one_channel) && same_dims(import, import.shape(x), target))
      return import.set(node, x);
  }
  throw node.error("makes {} of an image {} that lost an axis; fxe only restores that axis", str(target),
                   import.graph.shape(x.id).str());
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
  const OnnxFlow x = unsplit(import, node);
  int64_t axis = node.integer("axis", 1);
  if (axis < 0) axis += static_cast<int64_t>(import.shape(x).size());
  if (axis != 1) throw node.error("flattens from axis {}; fxe keeps the batch apart (axis 1)", axis);
  flatten(import, node, x);
}

void import_reshape(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = import.flow(node, 0);
  const Dims dims = x.seen_as.empty() ? import.shape(x) : x.seen_as;
  Dims target = import.integers(node, 1);
  if (target.empty()) throw node.error("makes {} into one number", str(dims));
  if (target == Dims{-1} && x.groups == 0 && !x.probabilities) {
    x.seen_as = target;
    return import.set(node, x);
  }
  if (target[0] == 0 && node.integer("allowzero", 0) == 0) target[0] = kBatch;
  if (x.groups > 0) return join_channels(import, node, x, target);
  for (size_t i = 0; i < target.size() && node.integer("allowzero", 0) == 0; ++i)
    if (target[i] == 0 && i < dims.size()) target[i] = dims[i];
  if (same_dims(import, dims, target)) return import.set(node, x);
  if (!x.seen_as.empty()) return restore(import, node, x, target);
  if (const int64_t groups = split_groups(import, x, dims, target)) {
    x.groups = groups;
    return import.set(node, x);
  }
  const bool batch_first = !target.empty() && import.is_batch(target[0]);
  if (batch_first && target.size() == 2) {
    const bool rest = target[1] == image_elements(dims) || (target[1] == -1 && target[0] != -1);
    if (rest) return flatten(import, node, x);
  }
  if (batch_first && target.size() == 4 && dims.size() == 2) {
    if (same_dims(import, {kBatch, dims[1], 1, 1}, target)) return unflatten(import, node, x, false);
    if (same_dims(import, {kBatch, 1, 1, dims[1]}, target)) return unflatten(import, node, x, true);
  }
  throw node.error("makes {} into {}; fxe only flattens images to rows, and shuffles channels", str(dims),
                   str(target));
}

void import_squeeze(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = unsplit(import, node);
  const Dims dims = import.shape(x);
  Dims axes = normalised(node, import.integers(node, "axes", 13, 1), static_cast<int64_t>(dims.size()));
  if (axes.empty())
    for (size_t i = 1; i < dims.size(); ++i)
      if (dims[i] == 1) axes.push_back(static_cast<int64_t>(i));
  const Dims image = x.nhwc ? Dims{1, 2} : Dims{2, 3};
  const bool one_pixel = dims.size() == 4 && dims[static_cast<size_t>(image[0])] == 1 &&
                         dims[static_cast<size_t>(image[1])] == 1;
  if (!one_pixel || axes != image)
    throw node.error("of {} drops axes other than h and w of size 1", str(dims));
  flatten(import, node, x);
}

void import_unsqueeze(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = unsplit(import, node);
  if (!x.seen_as.empty()) {
    Dims dims = x.seen_as;
    for (const int64_t axis : normalised(node, import.integers(node, "axes", 13, 1), 4))
      dims.insert(dims.begin() + std::min(axis, static_cast<int64_t>(dims.size())), 1);
    return restore(import, node, x, dims);
  }
  const Dims axes = normalised(node, import.integers(node, "axes", 13, 1), 4);
  const bool nhwc = axes == Dims{1, 2};
  if (import.graph.shape(x.id).rank() != 2 || (!nhwc && axes != Dims{2, 3}))
    throw node.error("of {} adds axes other than h and w", str(import.shape(x)));
  unflatten(import, node, x, nhwc);
}

void import_shape(OnnxImport& import, const OnnxNode& node) {
  import.set(node, onnx_shape_part(node, import.shape(import.flow(node, 0))));
}

}  // namespace fxe
