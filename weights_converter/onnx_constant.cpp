// SPDX-License-Identifier: Apache-2.0
// Nodes of constants only: chains that compute the target of a Reshape, and weights that are stored in
// another form.
#include "weights_converter/onnx_constant.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "weights_converter/onnx_operators.h"
#include "weights_converter/onnx_tensor.h"

namespace fxe {

namespace {

using Dims = std::vector<int64_t>;

Dims dims_of(const Tensor& t) { return {t.shape.dims().begin(), t.shape.dims().end()}; }

Tensor with_shape(const OnnxNode& node, const Tensor& t, const Dims& dims) {
  const Shape shape(dims);
  if (shape.elements() != t.shape.elements())
    throw node.error("cannot make {} into {}", t.shape.str(), shape.str());
  return {t.dtype, shape, t.bytes, t.owner};
}

int64_t at_axis(const OnnxNode& node, int64_t axis, int64_t rank) {
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank)
    throw node.error("has an axis outside the {} dimensions of its constant", rank);
  return axis;
}

Tensor constant_node(const OnnxNode& node) {
  if (node.has("value_int")) return integer_tensor({node.integer("value_int")}, {});
  if (node.has("value_ints")) {
    const auto values = node.integers("value_ints");
    return integer_tensor(values, {static_cast<int64_t>(values.size())});
  }
  if (node.has("value_float")) return Tensor::from_floats({}, {node.number("value_float")});
  if (node.has("value_floats")) {
    auto values = node.numbers("value_floats");
    const auto count = static_cast<int64_t>(values.size());
    return Tensor::from_floats({count}, std::move(values));
  }
  throw node.error("has no value that fxe reads");
}

Tensor reshape(const OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  Dims target = import.integers(node, 1);
  int64_t known = 1;
  for (size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && static_cast<int>(i) < t.shape.rank()) target[i] = t.shape[static_cast<int>(i)];
    if (target[i] > 0 && known <= t.shape.elements()) known *= std::min(target[i], t.shape.elements() + 1);
  }
  const auto open = std::find(target.begin(), target.end(), -1);
  if (open != target.end()) *open = known > 0 ? t.shape.elements() / known : 0;
  return with_shape(node, t, target);
}

Tensor squeeze(const OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  Dims dims = dims_of(t), kept;
  const Dims axes = import.integers(node, "axes", 13, 1);
  std::vector<bool> drop(dims.size(), axes.empty());
  for (const int64_t axis : axes) drop[static_cast<size_t>(at_axis(node, axis, t.shape.rank()))] = true;
  for (size_t i = 0; i < dims.size(); ++i)
    if (!drop[i] || dims[i] != 1) kept.push_back(dims[i]);
  return with_shape(node, t, kept);
}

Tensor unsqueeze(const OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  Dims dims = dims_of(t), axes = import.integers(node, "axes", 13, 1);
  const int64_t rank = t.shape.rank() + static_cast<int64_t>(axes.size());
  if (rank > Shape::kMaxRank) throw node.error("makes a constant of {} dimensions", rank);
  for (int64_t& axis : axes) axis = at_axis(node, axis, rank);
  std::sort(axes.begin(), axes.end());
  for (const int64_t axis : axes) {
    if (axis > static_cast<int64_t>(dims.size())) throw node.error("names an axis twice");
    dims.insert(dims.begin() + axis, 1);
  }
  return with_shape(node, t, dims);
}

Tensor gather(const OnnxImport& import, const OnnxNode& node) {
  const Tensor& data = import.constant(node, 0);
  const Dims values = import.integers(node, 0), indices = import.integers(node, 1);
  if (data.shape.rank() != 1 || node.integer("axis", 0) > 0)
    throw node.error("gathers from something else than a list");
  Dims out;
  for (int64_t i : indices) out.push_back(values[static_cast<size_t>(at_axis(node, i, data.shape[0]))]);
  return integer_tensor(out, import.constant(node, 1).shape);
}

Tensor concat(const OnnxImport& import, const OnnxNode& node) {
  Dims out;
  for (size_t i = 0; i < node.inputs(); ++i) {
    if (import.constant(node, i).shape.rank() != 1) throw node.error("joins constants that are not lists");
    const Dims part = import.integers(node, i);
    out.insert(out.end(), part.begin(), part.end());
  }
  return integer_tensor(out, {static_cast<int64_t>(out.size())});
}

Tensor slice(const OnnxImport& import, const OnnxNode& node) {
  const Dims values = import.integers(node, 0);
  const Dims starts = import.integers(node, "starts", 10, 1), ends = import.integers(node, "ends", 10, 2);
  const Dims steps = import.integers(node, "steps", 10, 4);
  if (import.constant(node, 0).shape.rank() != 1 || starts.size() != 1 || ends.size() != 1 ||
      (!steps.empty() && steps != Dims{1}))
    throw node.error("slices something else than a list");
  const auto size = static_cast<int64_t>(values.size());
  const auto position = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size); };
  const int64_t begin = position(starts[0]), end = std::max(position(ends[0]), begin);
  return integer_tensor({values.begin() + begin, values.begin() + end}, {end - begin});
}

Tensor cast(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const auto type = onnx_dtype(node.integer("to"));
  if (type == t.dtype) return t;
  const bool integers = t.dtype == DType::i64 || t.dtype == DType::i32;
  if (type == DType::i64 && integers) return integer_tensor(small_integers(t), t.shape);
  if (type == DType::f32) {
    import.charge_copy(static_cast<uint64_t>(t.shape.elements()) * sizeof(float));
    return Tensor::from_floats(t.shape, t.to_float());
  }
  throw node.error("turns a constant of {} into ONNX type {}", name(t.dtype), node.integer("to"));
}

// The element-wise operators on integers, with one number against several.
Tensor arithmetic(const OnnxImport& import, const OnnxNode& node) {
  Dims a = import.integers(node, 0), b = import.integers(node, 1);
  Shape shape = import.constant(node, 0).shape;
  if (a.size() == 1 && b.size() != 1) {
    a.assign(b.size(), a[0]);
    shape = import.constant(node, 1).shape;
  }
  if (b.size() == 1) b.assign(a.size(), b[0]);
  if (a.size() != b.size()) throw node.error("joins {} numbers with {}", a.size(), b.size());
  const auto compute = [&](int64_t x, int64_t y) {
    int64_t r = 0;
    const std::string_view type = node.type();
    bool bad = x == kBatch || y == kBatch;
    if (type == "Add") bad |= __builtin_add_overflow(x, y, &r);
    if (type == "Sub") bad |= __builtin_sub_overflow(x, y, &r);
    if (type == "Mul") bad |= __builtin_mul_overflow(x, y, &r);
    if (type == "Div") bad |= y == 0 || y == -1, r = bad ? 0 : x / y;
    if (bad) throw node.error("computes with the batch size, or past what integers hold");
    return r;
  };
  std::transform(a.begin(), a.end(), b.begin(), a.begin(), compute);
  return integer_tensor(a, shape);
}

Tensor constant_of_shape(const OnnxImport& import, const OnnxNode& node) {
  const Shape shape(import.integers(node, 0));
  int64_t value = 0;
  if (const auto* given = node.tensor("value"))
    value = small_integers(read_onnx_tensor(*given, nullptr)).at(0);
  if (shape.elements() > 1024) throw node.error("makes a constant of shape {}", shape.str());
  return integer_tensor(Dims(static_cast<size_t>(shape.elements()), value), shape);
}

Tensor shape_of(const OnnxImport& import, const OnnxNode& node) {
  const Dims dims = dims_of(import.constant(node, 0));
  return integer_tensor(dims, {static_cast<int64_t>(dims.size())});
}

Tensor transposed(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  Dims order = node.integers("perm");
  if (order.empty())
    for (int i = t.shape.rank(); i-- > 0;) order.push_back(i);
  Dims sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool whole = sorted.size() == static_cast<size_t>(t.shape.rank());
  for (size_t i = 0; i < sorted.size(); ++i) whole &= sorted[i] == static_cast<int64_t>(i);
  if (!whole) throw node.error("its perm is not an order of {} axes", t.shape.rank());
  return transpose(import, t, order);
}

using Fold = Tensor (*)(OnnxImport&, const OnnxNode&);

template <Tensor (*F)(const OnnxImport&, const OnnxNode&)>
Tensor pure(OnnxImport& import, const OnnxNode& node) {
  return F(import, node);
}

Fold find_fold(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, Fold>, 15> kFolds{
      {{"Constant", [](OnnxImport&, const OnnxNode& node) { return constant_node(node); }},
       {"Identity", [](OnnxImport& i, const OnnxNode& node) { return i.constant(node, 0); }},
       {"Reshape", pure<reshape>},
       {"Squeeze", pure<squeeze>},
       {"Unsqueeze", pure<unsqueeze>},
       {"Gather", pure<gather>},
       {"Concat", pure<concat>},
       {"Slice", pure<slice>},
       {"Add", pure<arithmetic>},
       {"Sub", pure<arithmetic>},
       {"Mul", pure<arithmetic>},
       {"Div", pure<arithmetic>},
       {"ConstantOfShape", pure<constant_of_shape>},
       {"Cast", cast},
       {"Transpose", transposed}}};
  if (type == "Shape") return pure<shape_of>;
  for (const auto& [known, fold] : kFolds)
    if (known == type) return fold;
  return nullptr;
}

}  // namespace

Tensor transpose(OnnxImport& import, const Tensor& t, const Dims& order) {
  const size_t size = size_bytes(t.dtype);
  import.charge_copy(t.bytes.size());
  Dims dims, strides;
  for (const int64_t axis : order) {
    int64_t stride = 1;
    for (int i = static_cast<int>(axis) + 1; i < t.shape.rank(); ++i) stride *= t.shape[i];
    dims.push_back(t.shape[static_cast<int>(axis)]);
    strides.push_back(stride);
  }
  std::vector<std::byte> out(t.bytes.size());
  std::vector<int64_t> index(dims.size());
  int64_t element = 0;
  for (size_t i = 0; i < out.size() / size; ++i) {
    std::memcpy(out.data() + i * size, t.bytes.data() + static_cast<size_t>(element) * size, size);
    for (size_t d = dims.size(); d-- > 0;) {
      element += strides[d];
      if (++index[d] < dims[d]) break;
      element -= strides[d] * dims[d];
      index[d] = 0;
    }
  }
  return Tensor::from_bytes(t.dtype, Shape(dims), std::move(out));
}

bool can_fold_onnx(std::string_view type) { return find_fold(type) != nullptr; }

bool fold_onnx_constant(OnnxImport& import, const OnnxNode& node) {
  const Fold fold = find_fold(node.type());
  if (!fold) return false;
  import.set(node, fold(import, node));
  return true;
}

}  // namespace fxe
