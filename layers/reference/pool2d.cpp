// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/reference/ops.h"

namespace fxe::reference {

namespace {

struct Window {
  int64_t h0, h1, w0, w1;  // inside the input
  int64_t padded_size;     // elements inside the padded input
};

Window window_at(const Pool2d& op, const Shape& x, int64_t p, int64_t q) {
  const int64_t h = p * op.stride.h - op.pad.top, w = q * op.stride.w - op.pad.left;
  const int64_t h_end = std::min(h + op.filter.h, x[2] + op.pad.bottom);
  const int64_t w_end = std::min(w + op.filter.w, x[3] + op.pad.right);
  return {std::max<int64_t>(h, 0), std::min(h_end, x[2]), std::max<int64_t>(w, 0), std::min(w_end, x[3]),
          (h_end - h) * (w_end - w)};
}

template <class T>
double maximum(const T* image, int64_t width, const Window& at) {
  double best = -std::numeric_limits<double>::infinity();
  for (int64_t h = at.h0; h < at.h1; ++h)
    for (int64_t w = at.w0; w < at.w1; ++w) {
      const auto v = static_cast<double>(image[h * width + w]);
      if (std::isnan(v)) return v;
      best = std::max(best, v);
    }
  return best;
}

template <class T>
double sum(const T* image, int64_t width, const Window& at, int fp32_accumulators) {
  double total = 0;
  if (fp32_accumulators > 0) {
    float sums[16] = {};
    for (int64_t h = at.h0, i = 0; h < at.h1; ++h)
      for (int64_t w = at.w0; w < at.w1; ++w, ++i)
        sums[i % fp32_accumulators] += static_cast<float>(image[h * width + w]);
    float all = 0;
    for (const float s : sums) all += s;
    return static_cast<double>(all);
  }
  for (int64_t h = at.h0; h < at.h1; ++h)
    for (int64_t w = at.w0; w < at.w1; ++w) total += static_cast<double>(image[h * width + w]);
  return total;
}

}  // namespace

int64_t divisor(const Pool2d& op, const Shape& x, int64_t p, int64_t q) {
  const Window at = window_at(op, x, p, q);
  return op.count_padding ? at.padded_size : (at.h1 - at.h0) * (at.w1 - at.w0);
}

template <class T>
void run(const Pool2d& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const Shape& y = a.output_shape;
  T* out = a.output;
  for (int64_t plane = 0; plane < x[0] * x[1]; ++plane) {
    const T* image = a.inputs[0] + plane * x[2] * x[3];
    for (int64_t p = 0; p < y[2]; ++p)
      for (int64_t q = 0; q < y[3]; ++q) {
        const Window at = window_at(op, x, p, q);
        *out++ = static_cast<T>(op.kind == Pool2d::Kind::max ? maximum(image, x[3], at)
                                                             : sum(image, x[3], at, a.fp32_accumulators) /
                                                                   static_cast<double>(divisor(op, x, p, q)));
      }
  }
}

template <class T>
void run(const GlobalAveragePool&, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x[2] * x[3];
  for (int64_t plane = 0; plane < x[0] * x[1]; ++plane)
    a.output[plane] =
        static_cast<T>(sum(a.inputs[0] + plane * size, x[3], {0, x[2], 0, x[3], size}, a.fp32_accumulators) /
                       static_cast<double>(size));
}

template void run(const Pool2d&, const Args<float>&);
template void run(const Pool2d&, const Args<double>&);
template void run(const GlobalAveragePool&, const Args<float>&);
template void run(const GlobalAveragePool&, const Args<double>&);

}  // namespace fxe::reference
