// SPDX-License-Identifier: Apache-2.0
// Nodes of constants only: chains that compute the target of a Reshape, and weights that are stored in
// another form.
#include <algorithm>
#include <array>
#include <cmath>

#include "weights_converter/onnx_operators.h"
#include "weights_converter/onnx_strided.h"
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
    if (out.size() > static_cast<size_t>(kMaxIntegers))
      throw node.error("joins more than {} numbers", kMaxIntegers);
  }
  return integer_tensor(out, {static_cast<int64_t>(out.size())});
}

// One axis of a Slice, clamped as the standard has it.
OnnxRange range_of(const OnnxNode& node, int64_t size, int64_t start, int64_t end, int64_t step) {
  if (step == 0) throw node.error("has a step of 0");
  if (size == 0) return {0, 1, 0};
  step = std::clamp(step, -size, size);  // a longer one leaves a single element too
  const auto position = [&](int64_t i, int64_t low, int64_t high) {
    return std::clamp(i < 0 ? i + size : i, low, high);
  };
  const bool forward = step > 0;
  const int64_t from = position(start, 0, forward ? size : size - 1);
  const int64_t to = forward ? position(end, 0, size) : position(end, -1, size - 1);
  const int64_t span = forward ? to - from : from - to, stride = std::abs(step);
  return {from, step, span > 0 ? (span + stride - 1) / stride : 0};
}

Tensor sliced(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const Dims starts = import.integers(node, "starts", 10, 1), ends = import.integers(node, "ends", 10, 2);
  Dims axes = import.integers(node, "axes", 10, 3), steps = import.integers(node, "steps", 10, 4);
  if (axes.empty())
    for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    throw node.error("has {} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(),
                     steps.size());
  std::vector<OnnxRange> ranges;
  for (const int64_t size : t.shape.dims()) ranges.push_back({0, 1, size});
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto axis = static_cast<size_t>(at_axis(node, axes[i], t.shape.rank()));
    ranges[axis] = range_of(node, t.shape[static_cast<int>(axis)], starts[i], ends[i], steps[i]);
  }
  return slice(import, t, ranges);
}

// Sizes that an exporter wrote in floating point.
Tensor whole_numbers(const OnnxNode& node, const Tensor& t) {
  constexpr float kExact = 1 << 24;  // up to here a float holds every whole number
  if (t.shape.elements() > kMaxIntegers)
    throw node.error("makes integers of a constant of shape {}", t.shape.str());
  Dims values;
  for (const float v : t.to_float()) {
    if (!(std::fabs(v) <= kExact)) throw node.error("makes an integer of {}", v);
    values.push_back(static_cast<int64_t>(v));
  }
  return integer_tensor(values, t.shape);
}

Tensor cast(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const auto type = onnx_dtype(node.integer("to"));
  if (type == t.dtype) return t;
  const bool integers = t.dtype == DType::i64 || t.dtype == DType::i32;
  if (type == DType::i64 && integers) return integer_tensor(small_integers(t), t.shape);
  if (type == DType::i64 && (t.dtype == DType::f64 || t.dtype == DType::f32)) return whole_numbers(node, t);
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
  Dims value{0};
  if (const auto* given = node.tensor("value"))
    value = small_integers(read_onnx_tensor(*given, nullptr, nullptr));
  if (value.size() != 1) throw node.error("repeats a value of {} numbers; expected one", value.size());
  if (shape.elements() > kMaxIntegers) throw node.error("makes a constant of shape {}", shape.str());
  return integer_tensor(Dims(static_cast<size_t>(shape.elements()), value[0]), shape);
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
       {"Slice", sliced},
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

bool can_fold_onnx(std::string_view type) { return find_fold(type) != nullptr; }

bool fold_onnx_constant(OnnxImport& import, const OnnxNode& node) {
  const Fold fold = find_fold(node.type());
  if (!fold) return false;
  import.set(node, fold(import, node));
  return true;
}

}  // namespace fxe
