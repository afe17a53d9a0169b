// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "layers/reference/ops.h"

namespace fxe::reference {

template <class T>
void run(const Concat&, const Args<T>& a) {
  T* out = a.output;
  for (int64_t n = 0; n < a.output_shape[0]; ++n)
    for (size_t i = 0; i < a.inputs.size(); ++i) {
      const int64_t size = a.shapes[i].elements() / a.shapes[i][0];
      out = std::copy_n(a.inputs[i] + n * size, size, out);
    }
}

template <class T>
void run(const ShortcutPad& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const Shape& y = a.output_shape;
  T* out = a.output;
  for (int64_t n = 0; n < y[0]; ++n)
    for (int64_t k = 0; k < y[1]; ++k) {
      const int64_t c = k - op.before;
      const T* image = c >= 0 && c < x[1] ? a.inputs[0] + (n * x[1] + c) * x[2] * x[3] : nullptr;
      for (int64_t p = 0; p < y[2]; ++p)
        for (int64_t q = 0; q < y[3]; ++q)
          *out++ = image ? image[p * op.stride.h * x[3] + q * op.stride.w] : T{0};
    }
}

template <class T>
void run(const ChannelShuffle& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x[2] * x[3], per_group = x[1] / op.groups;
  T* out = a.output;
  for (int64_t n = 0; n < x[0]; ++n)
    for (int64_t i = 0; i < per_group; ++i)
      for (int64_t g = 0; g < op.groups; ++g)
        out = std::copy_n(a.inputs[0] + (n * x[1] + g * per_group + i) * size, size, out);
}

template <class T>
void run(const ChannelSlice& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x[2] * x[3];
  T* out = a.output;
  for (int64_t n = 0; n < x[0]; ++n)
    out = std::copy_n(a.inputs[0] + (n * x[1] + op.first) * size, op.count * size, out);
}

template <class T>
void run(const ZeroPad& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const Shape& y = a.output_shape;
  std::fill_n(a.output, y.elements(), T{0});
  for (int64_t plane = 0; plane < x[0] * x[1]; ++plane)
    for (int64_t h = 0; h < x[2]; ++h)
      std::copy_n(a.inputs[0] + (plane * x[2] + h) * x[3], x[3],
                  a.output + (plane * y[2] + h + op.pad.top) * y[3] + op.pad.left);
}

template <class T>
void run(const Lrn& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x[2] * x[3], half = op.size / 2;
  const double scale = static_cast<double>(op.alpha) / static_cast<double>(op.size);
  for (int64_t n = 0; n < x[0]; ++n)
    for (int64_t c = 0; c < x[1]; ++c)
      for (int64_t i = 0; i < size; ++i) {
        const T* at = a.inputs[0] + n * x[1] * size + i;
        double squares = 0;
        for (int64_t j = std::max<int64_t>(c - half, 0); j <= std::min(c + half, x[1] - 1); ++j)
          squares += static_cast<double>(at[j * size]) * static_cast<double>(at[j * size]);
        const double base = static_cast<double>(op.k) + scale * squares;
        a.output[(n * x[1] + c) * size + i] =
            static_cast<T>(static_cast<double>(at[c * size]) / std::pow(base, static_cast<double>(op.beta)));
      }
}

template void run(const Concat&, const Args<float>&);
template void run(const Concat&, const Args<double>&);
template void run(const ShortcutPad&, const Args<float>&);
template void run(const ShortcutPad&, const Args<double>&);
template void run(const ChannelShuffle&, const Args<float>&);
template void run(const ChannelShuffle&, const Args<double>&);
template void run(const ChannelSlice&, const Args<float>&);
template void run(const ChannelSlice&, const Args<double>&);
template void run(const ZeroPad&, const Args<float>&);
template void run(const ZeroPad&, const Args<double>&);
template void run(const Lrn&, const Args<float>&);
template void run(const Lrn&, const Args<double>&);

}  // namespace fxe::reference
