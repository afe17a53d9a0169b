// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "weights_converter/onnx/import.h"

// Elements of a constant in another order or number, as a copy charged to the import.
namespace fxe {

// The axes in another order.
Tensor transpose(OnnxImport&, const Tensor&, const std::vector<int64_t>& order);

// Broadcast to `shape`, as in NumPy; the tensor itself if it has that shape. Throws bad_input if it does
// not fit.
Tensor expand(OnnxImport&, const Tensor&, const Shape&);

// Repeats the whole tensor along each axis, as often as `repeats` says.
Tensor tile(OnnxImport&, const Tensor&, const std::vector<int64_t>& repeats);

// Elements begin, begin + step, ... of an axis; all of them exist.
struct OnnxRange {
  int64_t begin = 0, step = 1, count = 0;
};
Tensor slice(OnnxImport&, const Tensor&, const std::vector<OnnxRange>& axes);

}  // namespace fxe
