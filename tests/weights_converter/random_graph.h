// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/generate.h"

// What onnx/random.cpp and caffe/random.cpp share: values in double precision, computed node by node without
// any rewriting.
namespace fxe::test {

struct Array {
  std::vector<int64_t> dims;
  std::vector<double> v;

  int64_t rows_of(size_t axes) const {  // elements of one index of the first `axes` axes
    int64_t product = 1;
    for (size_t i = axes; i < dims.size(); ++i) product *= dims[i];
    return product;
  }
};

// f(x, number of its channel), channels being axis 1.
template <class F>
Array per_channel(Array x, F f) {
  const int64_t pixels = x.rows_of(2), channels = x.dims[1];
  for (size_t i = 0; i < x.v.size(); ++i)
    x.v[i] = f(x.v[i], static_cast<size_t>(static_cast<int64_t>(i) / pixels % channels));
  return x;
}

inline Array relu(Array x) {
  for (double& v : x.v) v = std::max(v, 0.0);
  return x;
}

inline Array sum(Array a, const Array& b) {
  for (size_t i = 0; i < a.v.size(); ++i) a.v[i] += b.v[i];
  return a;
}

// [1 c h w] and a weight [k c r r] with padding r / 2.
inline Array convolve(const Array& x, const std::vector<double>& weight, const std::vector<double>& bias,
                      int64_t k, int64_t r) {
  const int64_t c = x.dims[1], h = x.dims[2], w = x.dims[3];
  Array y{{1, k, h, w}, {}};
  for (int64_t o = 0; o < k; ++o)
    for (int64_t p = 0; p < h; ++p)
      for (int64_t q = 0; q < w; ++q) {
        double total = bias.empty() ? 0 : bias[static_cast<size_t>(o)];
        for (int64_t i = 0; i < c; ++i)
          for (int64_t s = 0; s < r * r; ++s) {
            const int64_t row = p + s / r - r / 2, column = q + s % r - r / 2;
            if (row < 0 || row >= h || column < 0 || column >= w) continue;
            total += weight[static_cast<size_t>((o * c + i) * r * r + s)] *
                     x.v[static_cast<size_t>((i * h + row) * w + column)];
          }
        y.v.push_back(total);
      }
  return y;
}

// [1 c] (or more axes, flattened) and a weight [k c].
inline Array multiply(const Array& x, const std::vector<double>& weight, const std::vector<double>& bias,
                      int64_t k) {
  Array y{{1, k}, {}};
  for (int64_t o = 0; o < k; ++o) {
    double total = bias.empty() ? 0 : bias[static_cast<size_t>(o)];
    for (size_t i = 0; i < x.v.size(); ++i) total += weight[static_cast<size_t>(o) * x.v.size() + i] * x.v[i];
    y.v.push_back(total);
  }
  return y;
}

inline std::vector<float> floats(const std::vector<double>& v) { return {v.begin(), v.end()}; }

// `count` of -2, -1, 1, 2, or of -1, 0, 1.
inline std::vector<double> small(Random& random, int64_t count, bool factors) {
  std::vector<double> v;
  for (int64_t i = 0; i < count; ++i) {
    const double sign = random.integer(0, 1) ? 1 : -1;
    v.push_back(factors ? sign * static_cast<double>(random.integer(1, 2))
                        : static_cast<double>(random.integer(-1, 1)));
  }
  return v;
}

// A value with a name, and how large it can be.
struct Named {
  std::string name;
  Array value;
  double bound;
};

constexpr double kMaxBound = 1 << 15;  // sums of all that a network ends with stay below 2^24
constexpr int64_t kClasses = 3;

}  // namespace fxe::test
