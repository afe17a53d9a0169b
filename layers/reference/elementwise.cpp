// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "layers/reference/ops.h"

namespace fxe::reference {

template <class T>
void run(const Input&, const Args<T>& a) {
  std::copy_n(a.inputs[0], a.output_shape.elements(), a.output);
}

template <class T>
void run(const Flatten&, const Args<T>& a) {
  if (a.output != a.inputs[0]) std::copy_n(a.inputs[0], a.output_shape.elements(), a.output);
}

template <class T>
void run(const Activate& op, const Args<T>& a) {
  for (int64_t i = 0; i < a.output_shape.elements(); ++i)
    a.output[i] = static_cast<T>(apply(op.act, static_cast<double>(a.inputs[0][i])));
}

template <class T>
void run(const Add& op, const Args<T>& a) {
  for (int64_t i = 0; i < a.output_shape.elements(); ++i)
    a.output[i] = static_cast<T>(
        apply(op.act, static_cast<double>(a.inputs[0][i]) + static_cast<double>(a.inputs[1][i])));
}

template <class T>
void run(const BatchNorm& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x.elements() / (x[0] * x[1]);
  const auto weight = [&](size_t which, int64_t c) { return static_cast<double>(a.weights[which][c]); };
  for (int64_t plane = 0; plane < x[0] * x[1]; ++plane) {
    const int64_t c = plane % x[1];
    const double slope = weight(0, c) / std::sqrt(weight(3, c) + op.epsilon);
    for (int64_t i = plane * size; i < (plane + 1) * size; ++i)
      a.output[i] =
          static_cast<T>((static_cast<double>(a.inputs[0][i]) - weight(2, c)) * slope + weight(1, c));
  }
}

template <class T>
void run(const Scale& op, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x.elements() / (x[0] * x[1]);
  const T* scale = op.scale.empty() ? nullptr : a.weights[0];
  const T* shift = op.shift.empty() ? nullptr : a.weights[scale ? 1 : 0];
  for (int64_t plane = 0; plane < x[0] * x[1]; ++plane) {
    const int64_t c = plane % x[1];
    const double factor = scale ? static_cast<double>(scale[c]) : 1,
                 offset = shift ? static_cast<double>(shift[c]) : 0;
    for (int64_t i = plane * size; i < (plane + 1) * size; ++i)
      a.output[i] = static_cast<T>(apply(op.act, static_cast<double>(a.inputs[0][i]) * factor + offset));
  }
}

template <class T>
void run(const PRelu&, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x.elements() / (x[0] * x[1]);
  for (int64_t i = 0; i < x.elements(); ++i) {
    const auto v = static_cast<double>(a.inputs[0][i]),
               slope = static_cast<double>(a.weights[0][i / size % x[1]]);
    a.output[i] = static_cast<T>(v < 0 ? slope * v : v);
  }
}

template <class T>
void run(const ChannelGate&, const Args<T>& a) {
  const Shape& x = a.shapes[0];
  const int64_t size = x[2] * x[3];
  for (int64_t i = 0; i < x.elements(); ++i)
    a.output[i] =
        static_cast<T>(static_cast<double>(a.inputs[0][i]) * static_cast<double>(a.inputs[1][i / size]));
}

template void run(const Scale&, const Args<float>&);
template void run(const Scale&, const Args<double>&);
template void run(const PRelu&, const Args<float>&);
template void run(const PRelu&, const Args<double>&);
template void run(const ChannelGate&, const Args<float>&);
template void run(const ChannelGate&, const Args<double>&);
template void run(const Input&, const Args<float>&);
template void run(const Input&, const Args<double>&);
template void run(const Flatten&, const Args<float>&);
template void run(const Flatten&, const Args<double>&);
template void run(const Activate&, const Args<float>&);
template void run(const Activate&, const Args<double>&);
template void run(const Add&, const Args<float>&);
template void run(const Add&, const Args<double>&);
template void run(const BatchNorm&, const Args<float>&);
template void run(const BatchNorm&, const Args<double>&);

}  // namespace fxe::reference
