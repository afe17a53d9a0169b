// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers/reference/ops.h"

namespace fxe::reference {

namespace {

// Output positions first..end-1 at which filter tap `tap` falls inside the input.
struct Range {
  int64_t first, end;
};

Range inside(int64_t tap_offset, int64_t stride, int64_t size, int64_t outputs) {
  const int64_t first = tap_offset >= 0 ? 0 : (-tap_offset + stride - 1) / stride;
  const int64_t end = tap_offset >= size ? 0 : (size - 1 - tap_offset) / stride + 1;
  return {first, std::min(end, outputs)};
}

}  // namespace

template <class T>
void run(const Conv2d& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const Shape& y = a.output_shape;
  const int64_t channels = x[1] / op.groups, per_group = op.k / op.groups, plane = y[2] * y[3];
  const T* bias = op.bias.empty() ? nullptr : a.weights[1];
  double* sum = a.scratch;  // one output plane

  for (int64_t n = 0; n < x[0]; ++n)
    for (int64_t k = 0; k < op.k; ++k) {
      std::fill(sum, sum + plane, bias ? static_cast<double>(bias[k]) : 0.0);
      for (int64_t c = 0; c < channels; ++c) {
        const T* image = a.inputs[0] + (n * x[1] + k / per_group * channels + c) * x[2] * x[3];
        const T* filter = a.weights[0] + (k * channels + c) * op.filter.h * op.filter.w;
        for (int64_t r = 0; r < op.filter.h; ++r)
          for (int64_t s = 0; s < op.filter.w; ++s) {
            const auto w = static_cast<double>(filter[r * op.filter.w + s]);
            const int64_t row = r * op.dilation.h - op.pad.top, column = s * op.dilation.w - op.pad.left;
            const auto [p_first, p_end] = inside(row, op.stride.h, x[2], y[2]);
            const auto [q_first, q_end] = inside(column, op.stride.w, x[3], y[3]);
            for (int64_t p = p_first; p < p_end; ++p) {
              const T* from = image + (p * op.stride.h + row) * x[3] + column;
              double* to = sum + p * y[3];
              if (op.stride.w == 1) {
                for (int64_t q = q_first; q < q_end; ++q) to[q] += w * static_cast<double>(from[q]);
              } else {
                for (int64_t q = q_first; q < q_end; ++q)
                  to[q] += w * static_cast<double>(from[q * op.stride.w]);
              }
            }
          }
      }
      const int64_t offset = (n * op.k + k) * plane;
      for (int64_t i = 0; i < plane; ++i) {
        const double residual = op.add_residual ? static_cast<double>(a.inputs[1][offset + i]) : 0.0;
        a.output[offset + i] = static_cast<T>(apply(op.act, sum[i] + residual));
      }
    }
}

template void run(const Conv2d&, const Args<float>&);
template void run(const Conv2d&, const Args<double>&);

}  // namespace fxe::reference
