// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "weights_converter/onnx_import.h"

// Elements of a constant in another order or number, as a copy that is charged to the import.
namespace fxe {

// The axes in another order.
Tensor transpose(OnnxImport&, const Tensor&, const std::vector<int64_t>& order);

// Broadcast to `shape`, as NumPy does; itself where it has that. Throws bad_input where it does not fit.
Tensor expand(OnnxImport&, const Tensor&, const Shape&);

// The whole, as often as `repeats` says along each axis.
Tensor tile(OnnxImport&, const Tensor&, const std::vector<int64_t>& repeats);

// Elements begin, begin + step, ... of an axis; all of them inside it.
struct OnnxRange {
  int64_t begin = 0, step = 1, count = 0;
};
Tensor slice(OnnxImport&, const Tensor&, const std::vector<OnnxRange>& axes);

}  // namespace fxe
