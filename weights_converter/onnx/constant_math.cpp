// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "weights_converter/onnx/constant.h"
#include "weights_converter/onnx/numbers.h"
#include "weights_converter/onnx/strided.h"

namespace fxe {

namespace {

int64_t expect_exact(bool overflow, const int64_t& result) {
  if (overflow) throw bad_input("computes past what integers hold");
  return result;
}

int64_t add(int64_t a, int64_t b) {
  int64_t r = 0;
  return expect_exact(__builtin_add_overflow(a, b, &r), r);
}

int64_t subtract(int64_t a, int64_t b) {
  int64_t r = 0;
  return expect_exact(__builtin_sub_overflow(a, b, &r), r);
}

int64_t multiply(int64_t a, int64_t b) {
  int64_t r = 0;
  return expect_exact(__builtin_mul_overflow(a, b, &r), r);
}

int64_t divide(int64_t a, int64_t b) {  // toward zero
  if (b == 0) throw bad_input("divides an integer by zero");
  return b == -1 ? subtract(0, a) : a / b;
}

int64_t remainder_like_dividend(int64_t a, int64_t b) {
  if (b == 0) throw bad_input("divides an integer by zero");
  return b == -1 ? 0 : a % b;
}

int64_t remainder_like_divisor(int64_t a, int64_t b) {
  const int64_t r = remainder_like_dividend(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

int64_t power(int64_t base, int64_t exponent) {
  if (exponent < 0) throw bad_input("takes a negative power of an integer");
  if (base == 0 || base == 1 || base == -1) return exponent == 0 ? 1 : exponent % 2 == 0 ? base * base : base;
  int64_t r = 1;
  for (; exponent > 0; --exponent) r = multiply(r, base);
  return r;
}

double maximum(double a, double b) { return a > b || std::isnan(a) ? a : b; }
double minimum(double a, double b) { return a < b || std::isnan(a) ? a : b; }

// On floats, and on integers (and booleans); nullptr if ONNX or fxe does not have it.
struct Unary {
  std::string_view type;
  double (*floats)(double) = nullptr;
  int64_t (*integers)(int64_t) = nullptr;
};

constexpr std::array kUnary{
    Unary{"Abs", [](double x) { return std::fabs(x); }, [](int64_t x) { return x < 0 ? subtract(0, x) : x; }},
    Unary{"Ceil", [](double x) { return std::ceil(x); }},
    Unary{"Erf", [](double x) { return std::erf(x); }},
    Unary{"Exp", [](double x) { return std::exp(x); }},
    Unary{"Floor", [](double x) { return std::floor(x); }},
    Unary{"Log", [](double x) { return std::log(x); }},
    Unary{"Neg", [](double x) { return -x; }, [](int64_t x) { return subtract(0, x); }},
    Unary{"Not", nullptr, [](int64_t x) -> int64_t { return x == 0; }},
    Unary{"Reciprocal", [](double x) { return 1 / x; }},
    Unary{"Round", [](double x) { return std::nearbyint(x); }},  // half to even
    Unary{"Sqrt", [](double x) { return std::sqrt(x); }},
};

enum class Gives { number, truth };

struct Binary {
  std::string_view type;
  double (*floats)(double, double) = nullptr;
  int64_t (*integers)(int64_t, int64_t) = nullptr;
  Gives gives = Gives::number;
  bool of_any_number = false;  // of any number of inputs
};

constexpr std::array kBinary{
    Binary{"Add", [](double a, double b) { return a + b; }, add},
    Binary{"Div", [](double a, double b) { return a / b; }, divide},
    Binary{"Max", maximum, [](int64_t a, int64_t b) { return std::max(a, b); }, Gives::number, true},
    Binary{"Min", minimum, [](int64_t a, int64_t b) { return std::min(a, b); }, Gives::number, true},
    Binary{"Mod", [](double a, double b) { return a - std::floor(a / b) * b; }, remainder_like_divisor},
    Binary{"Mod with fmod", [](double a, double b) { return std::fmod(a, b); }, remainder_like_dividend},
    Binary{"Mul", [](double a, double b) { return a * b; }, multiply},
    Binary{"Pow", [](double a, double b) { return std::pow(a, b); }, power},
    Binary{"Sub", [](double a, double b) { return a - b; }, subtract},
    Binary{"Sum", [](double a, double b) { return a + b; }, add, Gives::number, true},
    Binary{"And", nullptr, [](int64_t a, int64_t b) -> int64_t { return a && b; }, Gives::truth},
    Binary{"Or", nullptr, [](int64_t a, int64_t b) -> int64_t { return a || b; }, Gives::truth},
    Binary{"Xor", nullptr, [](int64_t a, int64_t b) -> int64_t { return !a != !b; }, Gives::truth},
    Binary{"Equal", [](double a, double b) -> double { return a == b; },
           [](int64_t a, int64_t b) -> int64_t { return a == b; }, Gives::truth},
    Binary{"Greater", [](double a, double b) -> double { return a > b; },
           [](int64_t a, int64_t b) -> int64_t { return a > b; }, Gives::truth},
    Binary{"GreaterOrEqual", [](double a, double b) -> double { return a >= b; },
           [](int64_t a, int64_t b) -> int64_t { return a >= b; }, Gives::truth},
    Binary{"Less", [](double a, double b) -> double { return a < b; },
           [](int64_t a, int64_t b) -> int64_t { return a < b; }, Gives::truth},
    Binary{"LessOrEqual", [](double a, double b) -> double { return a <= b; },
           [](int64_t a, int64_t b) -> int64_t { return a <= b; }, Gives::truth},
};

template <class Table>
const typename Table::value_type* find(const Table& table, std::string_view type) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.type == type; });
  return found == table.end() ? nullptr : &*found;
}

// Elements computed at a time.
size_t block_of(const Shape& result) {
  return static_cast<size_t>(std::min<int64_t>(result.elements(), 4096));
}

// An operand block by block: of the result's shape, or one number for all of it.
template <class T>
class Blocks {
 public:
  Blocks(const Tensor& t, const Shape& result)
      : t_(t), single_(t.shape.elements() == 1), room_(block_of(result)) {
    if (!single_ || room_.empty()) return;
    read_numbers(t, 0, std::span(room_).first(1));
    std::fill(room_.begin(), room_.end(), room_[0]);
  }

  const std::vector<T>& at(size_t first, size_t count) {
    if (!single_) read_numbers(t_, first, std::span(room_).first(count));
    return room_;
  }

 private:
  const Tensor& t_;
  bool single_;
  std::vector<T> room_;
};

// `fill(first, values)` supplies the elements from `first` on.
template <class T, class Fill>
Tensor make_constant(OnnxImport& import, DType type, const Shape& shape, Fill fill) {
  const size_t size = size_bytes(type);
  import.charge_copy(shape, type);
  const auto count = static_cast<size_t>(shape.elements());
  std::vector<std::byte> out(count * size);
  std::vector<T> block(block_of(shape));
  for (size_t first = 0; first < count; first += block.size()) {
    const auto values = std::span(block).first(std::min(block.size(), count - first));
    fill(first, values);
    write_numbers(type, std::span<const T>(values), out.data() + first * size);
  }
  return Tensor::from_bytes(type, shape, std::move(out));
}

template <class T>
Tensor map(OnnxImport& import, const Tensor& t, DType type, T (*f)(T)) {
  Blocks<T> x(t, t.shape);
  return make_constant<T>(import, type, t.shape, [&](size_t first, std::span<T> out) {
    const auto& in = x.at(first, out.size());
    for (size_t i = 0; i < out.size(); ++i) out[i] = f(in[i]);
  });
}

template <class T>
Tensor map(OnnxImport& import, const Tensor& a, const Tensor& b, const Shape& shape, DType type,
           T (*f)(T, T)) {
  Blocks<T> x(a, shape), y(b, shape);
  return make_constant<T>(import, type, shape, [&](size_t first, std::span<T> out) {
    const auto &in = x.at(first, out.size()), &by = y.at(first, out.size());
    for (size_t i = 0; i < out.size(); ++i) out[i] = f(in[i], by[i]);
  });
}

Error no_such(DType type) { return bad_input("fxe does not compute this of {}", name(type)); }

Tensor unary(OnnxImport& import, const OnnxNode& node) {
  const Unary& op = *find(kUnary, node.type());
  const Tensor& x = import.constant(node, 0);
  if (is_floating(x.dtype) ? !op.floats : !op.integers) throw no_such(x.dtype);
  return is_floating(x.dtype) ? map(import, x, x.dtype, op.floats) : map(import, x, x.dtype, op.integers);
}

Tensor apply(OnnxImport& import, const Binary& op, Tensor a, Tensor b) {
  const bool floats = is_floating(a.dtype), exponent = op.type == "Pow" && floats;
  // Sizes may have lost their type (cast below), so all integer types go together.
  if (a.dtype != b.dtype && !exponent && (floats || is_floating(b.dtype)))
    throw bad_input("works on {} and {}; expected one type", name(a.dtype), name(b.dtype));
  if (floats ? !op.floats : !op.integers) throw no_such(a.dtype);
  const std::array<const Tensor*, 2> operands{&a, &b};
  const Shape shape = broadcast_shape(operands);
  for (Tensor* t : {&a, &b})
    if (t->shape.elements() != 1) *t = expand(import, *t, shape);
  const DType type = op.gives == Gives::truth ? DType::boolean : a.dtype;
  return floats ? map(import, a, b, shape, type, op.floats) : map(import, a, b, shape, type, op.integers);
}

Tensor binary(OnnxImport& import, const OnnxNode& node) {
  const bool fmod = node.type() == "Mod" && node.integer("fmod", 0) != 0;
  const Binary& op = *find(kBinary, fmod ? "Mod with fmod" : node.type());
  if (node.inputs() != 2 && (!op.of_any_number || node.inputs() == 0))
    throw node.error("has {} inputs", node.inputs());
  Tensor result = import.constant(node, 0);
  for (size_t i = 1; i < node.inputs(); ++i) result = apply(import, op, result, import.constant(node, i));
  return result;
}

// Bounds are attributes before operator set 11; the upper one wins if they cross.
Tensor clip(OnnxImport& import, const OnnxNode& node) {
  Tensor x = import.constant(node, 0);
  const auto bound = [&](const char* attribute, size_t i, const char* type) {
    if (node.opset() >= 11 ? !node.has_input(i) : !node.has(attribute)) return;
    const Tensor by = node.opset() >= 11
                          ? import.constant(node, i)
                          : fold_cast(import, Tensor::from_floats({}, {node.number(attribute)}), x.dtype);
    if (by.shape.elements() != 1) throw node.error("{} is not one number, but {}", attribute, by.shape.str());
    x = apply(import, *find(kBinary, type), x, by);
  };
  bound("min", 1, "Max");
  bound("max", 2, "Min");
  return x;
}

}  // namespace

Tensor fold_cast(OnnxImport& import, const Tensor& t, DType type) {
  if (t.dtype == type) return t;
  if (is_floating(t.dtype)) return map<double>(import, t, type, [](double x) { return x; });
  // Sizes keep their type: the mark of the batch size fits no smaller one.
  if (t.dtype == DType::i64 && type == DType::i32 && t.shape.elements() <= kMaxIntegers) {
    const auto sizes = small_integers(t);
    if (std::find(sizes.begin(), sizes.end(), kBatch) != sizes.end()) return t;
  }
  return map<int64_t>(import, t, type, [](int64_t x) { return x; });
}

Tensor fold_binary(OnnxImport& import, std::string_view type, const Tensor& a, const Tensor& b) {
  return apply(import, *find(kBinary, type), a, b);
}

OnnxFold find_elementwise_fold(std::string_view type) {
  if (find(kUnary, type)) return unary;
  if (find(kBinary, type)) return binary;
  return type == "Clip" ? clip : nullptr;
}

Shape broadcast_shape(std::span<const Tensor* const> tensors) {
  int rank = 0;
  for (const Tensor* t : tensors) rank = std::max(rank, t->shape.rank());
  std::vector<int64_t> dims(static_cast<size_t>(rank), 1);
  for (const Tensor* t : tensors)
    for (int i = 0; i < t->shape.rank(); ++i) {
      int64_t& d = dims[static_cast<size_t>(rank - t->shape.rank() + i)];
      if (t->shape[i] == 1) continue;
      if (d != 1 && d != t->shape[i])
        throw bad_input("joins constants of shapes {} and {}, which do not broadcast",
                        tensors[0]->shape.str(), tensors.back()->shape.str());
      d = t->shape[i];
    }
  return Shape(dims);
}

}  // namespace fxe
