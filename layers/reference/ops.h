// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "layers/graph.h"
#include "layers/reference/activation.h"

// Every operation as plain loops, straight from its definition in layers/op.h. Computes in double precision
// and rounds once, to T, when an output element is stored: T = float is the reference backend, T = double the
// yardstick of bounds (layer_reference.h).
namespace fxe::reference {

template <class T>
struct Args {
  std::vector<Shape> shapes;      // of the inputs
  std::vector<const T*> inputs;   // row-major
  std::vector<const T*> weights;  // in the order of weights_of()
  Shape output_shape;
  T* output = nullptr;
  double* scratch = nullptr;  // of scratch_elements()
  int fp32_accumulators = 0;  // sum averages in this many of them, at most 16; 0: in double precision
};

// How many doubles of scratch an operation needs.
size_t scratch_elements(const Op&, const Shape& output);

template <class T>
void run(const Input&, const Args<T>&);
template <class T>
void run(const Conv2d&, const Args<T>&);  // output may be the residual
template <class T>
void run(const BatchNorm&, const Args<T>&);  // output may be the input
template <class T>
void run(const Scale&, const Args<T>&);  // output may be the input
template <class T>
void run(const LayerNorm&, const Args<T>&);
template <class T>
void run(const Pool2d&, const Args<T>&);
template <class T>
void run(const GlobalAveragePool&, const Args<T>&);
template <class T>
void run(const Linear&, const Args<T>&);
template <class T>
void run(const Activate&, const Args<T>&);  // output may be the input
template <class T>
void run(const PRelu&, const Args<T>&);  // output may be the input
template <class T>
void run(const Add&, const Args<T>&);  // output may be an input
template <class T>
void run(const ChannelGate&, const Args<T>&);  // output may be input 0
template <class T>
void run(const Concat&, const Args<T>&);
template <class T>
void run(const ChannelShuffle&, const Args<T>&);
template <class T>
void run(const ChannelSlice&, const Args<T>&);
template <class T>
void run(const ZeroPad&, const Args<T>&);
template <class T>
void run(const Flatten&, const Args<T>&);  // output may be the input
template <class T>
void run(const Softmax&, const Args<T>&);
template <class T>
void run(const Lrn&, const Args<T>&);
template <class T>
void run(const ShortcutPad&, const Args<T>&);

// What the sum over the window at (p, q) is divided by.
int64_t divisor(const Pool2d&, const Shape& x, int64_t p, int64_t q);

// The fp32 values a layer computes with: its weights as floats, in the order of weights_of(). Throws
// bad_input for a weight that `weights` lacks or that has another shape.
std::vector<std::vector<float>> load_weights(const Op&, const std::vector<Shape>& inputs,
                                             const TensorMap& weights);

}  // namespace fxe::reference
