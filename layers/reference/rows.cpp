// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "layers/reference/ops.h"

namespace fxe::reference {

template <class T>
void run(const Linear& op, const Args<T>& a) {
  const int64_t rows = a.shapes[0][0], channels = a.shapes[0][1];
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t k = 0; k < op.k; ++k) {
      const T* x = a.inputs[0] + n * channels;
      const T* w = a.weights[0] + k * channels;
      double sum = op.bias.empty() ? 0 : static_cast<double>(a.weights[1][k]);
      for (int64_t c = 0; c < channels; ++c) sum += static_cast<double>(w[c]) * static_cast<double>(x[c]);
      a.output[n * op.k + k] = static_cast<T>(apply(op.act, sum));
    }
}

template <class T>
void run(const Softmax&, const Args<T>& a) {
  const int64_t rows = a.shapes[0][0], channels = a.shapes[0][1];
  for (int64_t n = 0; n < rows; ++n) {
    const T* x = a.inputs[0] + n * channels;
    const auto largest = static_cast<double>(*std::max_element(x, x + channels));
    double sum = 0;
    for (int64_t c = 0; c < channels; ++c) sum += std::exp(static_cast<double>(x[c]) - largest);
    for (int64_t c = 0; c < channels; ++c)
      a.output[n * channels + c] = static_cast<T>(std::exp(static_cast<double>(x[c]) - largest) / sum);
  }
}

template void run(const Linear&, const Args<float>&);
template void run(const Linear&, const Args<double>&);
template void run(const Softmax&, const Args<float>&);
template void run(const Softmax&, const Args<double>&);

}  // namespace fxe::reference
