// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "layers/reference/ops.h"

namespace fxe::reference {

template <class T>
void run(const LayerNorm& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t channels = x[1], size = x.elements() / (x[0] * x[1]);
  const T* scale = op.scale.empty() ? nullptr : a.weights[0];
  const T* shift = op.shift.empty() ? nullptr : a.weights[scale ? 1 : 0];
  for (int64_t pixel = 0; pixel < x[0] * size; ++pixel) {
    const int64_t first = pixel / size * channels * size + pixel % size;
    const auto value = [&](int64_t c) { return static_cast<double>(a.inputs[0][first + c * size]); };
    double mean = 0, variance = 0;
    for (int64_t c = 0; c < channels; ++c) mean += value(c);
    mean /= static_cast<double>(channels);
    for (int64_t c = 0; c < channels; ++c) variance += (value(c) - mean) * (value(c) - mean);
    variance /= static_cast<double>(channels);
    const double factor = 1 / std::sqrt(variance + op.epsilon);
    for (int64_t c = 0; c < channels; ++c)
      a.output[first + c * size] =
          static_cast<T>((value(c) - mean) * factor * (scale ? static_cast<double>(scale[c]) : 1) +
                         (shift ? static_cast<double>(shift[c]) : 0));
  }
}

template void run(const LayerNorm&, const Args<float>&);
template void run(const LayerNorm&, const Args<double>&);

}  // namespace fxe::reference
