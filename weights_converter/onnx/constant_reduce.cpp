// SPDX-License-Identifier: Apache-2.0
// Sums are accumulated in double, or exactly in integers, and rounded once.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "weights_converter/onnx/constant.h"
#include "weights_converter/onnx/numbers.h"
#include "weights_converter/onnx/strided.h"

namespace fxe {

namespace {

template <class T>
using Run = std::span<const T>;

double sum(Run<double> x) { return std::accumulate(x.begin(), x.end(), 0.0); }

int64_t exact_sum(Run<int64_t> x) {
  int64_t total = 0;
  for (const int64_t v : x)
    if (__builtin_add_overflow(total, v, &total)) throw bad_input("computes past what integers hold");
  return total;
}

int64_t exact_product(Run<int64_t> x) {
  int64_t product = 1;
  for (const int64_t v : x)
    if (__builtin_mul_overflow(product, v, &product)) throw bad_input("computes past what integers hold");
  return product;
}

double product(Run<double> x) { return std::accumulate(x.begin(), x.end(), 1.0, std::multiplies<>()); }

double sum_of_squares(Run<double> x) { return std::inner_product(x.begin(), x.end(), x.begin(), 0.0); }

template <class T>
void expect_some(Run<T> x) {
  if (x.empty()) throw bad_input("reduces nothing");
}

double largest(Run<double> x) {
  expect_some(x);
  return std::accumulate(x.begin(), x.end(), x[0],
                         [](double a, double b) { return a > b || std::isnan(a) ? a : b; });
}

double smallest(Run<double> x) {
  expect_some(x);
  return std::accumulate(x.begin(), x.end(), x[0],
                         [](double a, double b) { return a < b || std::isnan(a) ? a : b; });
}

struct Reduction {
  std::string_view type;
  double (*floats)(Run<double>);
  int64_t (*integers)(Run<int64_t>) = nullptr;
};

constexpr std::array kReductions{
    Reduction{"ReduceL1",
              [](Run<double> x) {
                return std::accumulate(x.begin(), x.end(), 0.0,
                                       [](double a, double b) { return a + std::fabs(b); });
              }},
    Reduction{"ReduceL2", [](Run<double> x) { return std::sqrt(sum_of_squares(x)); }},
    Reduction{"ReduceMax", largest,
              [](Run<int64_t> x) { return expect_some(x), *std::max_element(x.begin(), x.end()); }},
    Reduction{"ReduceMean", [](Run<double> x) { return sum(x) / static_cast<double>(x.size()); },
              [](Run<int64_t> x) { return expect_some(x), exact_sum(x) / static_cast<int64_t>(x.size()); }},
    Reduction{"ReduceMin", smallest,
              [](Run<int64_t> x) { return expect_some(x), *std::min_element(x.begin(), x.end()); }},
    Reduction{"ReduceProd", product, exact_product},
    Reduction{"ReduceSum", sum, exact_sum},
    Reduction{"ReduceSumSquare", sum_of_squares},
};

const Reduction* find(std::string_view type) {
  for (const Reduction& row : kReductions)
    if (row.type == type) return &row;
  return nullptr;
}

// For a constant whose last axes, `run` elements in all, are reduced.
template <class T>
Tensor reduce_runs(OnnxImport& import, const Tensor& t, const Shape& shape, int64_t run, T (*f)(Run<T>)) {
  import.charge_copy(t.shape, DType::f64);  // charged for reading, so that many nodes cannot take forever
  import.charge_copy(shape, t.dtype);
  const size_t size = size_bytes(t.dtype), length = static_cast<size_t>(run);
  std::vector<std::byte> out(static_cast<size_t>(shape.elements()) * size);
  std::vector<T> x(out.empty() ? 0 : length);
  for (size_t i = 0; i * size < out.size(); ++i) {
    read_numbers(t, i * length, std::span(x));
    const T result = f(x);
    write_numbers(t.dtype, Run<T>(&result, 1), out.data() + i * size);
  }
  return Tensor::from_bytes(t.dtype, shape, std::move(out));
}

Tensor reduce(OnnxImport& import, const OnnxNode& node) {
  const Reduction& op = *find(node.type());
  const Tensor& t = import.constant(node, 0);
  auto axes = import.integers(node, "axes", node.type() == "ReduceSum" ? 13 : 18, 1);
  if (axes.empty() && node.integer("noop_with_empty_axes", 0) != 0) return t;
  if (is_floating(t.dtype) ? !op.floats : !op.integers)
    throw node.error("fxe does not compute this of {}", name(t.dtype));
  const int rank = t.shape.rank();
  std::vector<bool> reduced(static_cast<size_t>(rank), axes.empty());
  for (const int64_t axis : axes) reduced[static_cast<size_t>(axis_from_first(node, axis, rank))] = true;
  const bool keep = node.integer("keepdims", 1) != 0;
  std::vector<int64_t> order, last, dims;
  int64_t run = 1;
  for (int i = 0; i < rank; ++i) {
    const bool gone = reduced[static_cast<size_t>(i)];
    (gone ? last : order).push_back(i);
    if (gone) run *= t.shape[i];
    if (!gone || keep) dims.push_back(gone ? 1 : t.shape[i]);
  }
  order.insert(order.end(), last.begin(), last.end());
  const Tensor runs = std::is_sorted(order.begin(), order.end()) ? t : transpose(import, t, order);
  return is_floating(t.dtype) ? reduce_runs(import, runs, Shape(dims), run, op.floats)
                              : reduce_runs(import, runs, Shape(dims), run, op.integers);
}

}  // namespace

OnnxFold find_reduction_fold(std::string_view type) { return find(type) ? reduce : nullptr; }

// For matrices of floats.
Tensor fold_mat_mul(OnnxImport& import, const OnnxNode& node) {
  const Tensor &a = import.constant(node, 0), &b = import.constant(node, 1);
  if (a.shape.rank() != 2 || b.shape.rank() != 2 || a.shape[1] != b.shape[0] || !is_floating(a.dtype) ||
      a.dtype != b.dtype)
    throw node.error("multiplies constants {} {} and {} {}; fxe multiplies matrices of floats", name(a.dtype),
                     a.shape.str(), name(b.dtype), b.shape.str());
  const int64_t m = a.shape[0], k = a.shape[1], n = b.shape[1];
  const Shape shape{m, n};
  if (shape.elements() == 0) return Tensor::from_bytes(a.dtype, shape, {});
  import.charge_copy(shape, a.dtype);
  import.charge_copy(static_cast<uint64_t>(k) *
                     (bytes_of(shape, DType::f64) / 512 + 1));  // 64 products a byte
  const size_t size = size_bytes(a.dtype);
  std::vector<std::byte> out(static_cast<size_t>(m * n) * size);
  std::vector<double> row(static_cast<size_t>(k)), by(static_cast<size_t>(n)), sums(static_cast<size_t>(n));
  for (int64_t i = 0; i < m; ++i) {
    read_numbers(a, static_cast<size_t>(i * k), std::span(row));
    std::fill(sums.begin(), sums.end(), 0.0);
    for (int64_t j = 0; j < k; ++j) {
      read_numbers(b, static_cast<size_t>(j * n), std::span(by));
      for (size_t c = 0; c < sums.size(); ++c) sums[c] += row[static_cast<size_t>(j)] * by[c];
    }
    write_numbers(a.dtype, Run<double>(sums), out.data() + static_cast<size_t>(i * n) * size);
  }
  return Tensor::from_bytes(a.dtype, shape, std::move(out));
}

}  // namespace fxe
