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
  T* output = nullptr;        // may be an input, where reference_backend.cpp lets it
  double* scratch = nullptr;  // of scratch_elements()
  int fp32_accumulators = 0;  // sum averages in this many of them, at most 16; 0: in double precision
};

// How many doubles of scratch an operation needs.
size_t scratch_elements(const Op&, const Shape& output);

// One for each operation, instantiated for float and double where it is defined.
#define FXE_RUN(O)   \
  template <class T> \
  void run(const O&, const Args<T>&);
FXE_OPERATIONS(FXE_RUN)
#undef FXE_RUN

// What the sum over the window at (p, q) is divided by.
int64_t divisor(const Pool2d&, const Shape& x, int64_t p, int64_t q);

// The fp32 values a layer computes with: its weights as floats, in the order of weights_of(). Throws
// bad_input for a weight that `weights` lacks or that has another shape.
std::vector<std::vector<float>> load_weights(const Op&, const std::vector<Shape>& inputs,
                                             const TensorMap& weights);

}  // namespace fxe::reference
