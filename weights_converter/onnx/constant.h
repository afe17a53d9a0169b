// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/onnx/import.h"

// Operators on constants: weights that a model computes, and the targets of its reshapes. Each makes a new
// constant, whose memory is charged to the import, or throws bad_input.
namespace fxe {

using OnnxFold = Tensor (*)(OnnxImport&, const OnnxNode&);

OnnxFold find_onnx_fold(std::string_view type);  // nullptr if fxe has none

// `dims`, or the part of them that a Shape's attributes select.
Tensor onnx_shape_part(const OnnxNode&, const std::vector<int64_t>& dims);

// onnx_constant_math.cpp: one element at a time, broadcast as in NumPy. nullptr if `type` is not such
// an operator.
OnnxFold find_elementwise_fold(std::string_view type);
Tensor fold_cast(OnnxImport&, const Tensor&, DType);
Tensor fold_binary(OnnxImport&, std::string_view type, const Tensor&, const Tensor&);  // "Add", "Mul", ...

// onnx_constant_reduce.cpp
OnnxFold find_reduction_fold(std::string_view type);
Tensor fold_mat_mul(OnnxImport&, const OnnxNode&);

// onnx_constant_layout.cpp: elements in another place
Tensor fold_reshape(OnnxImport&, const OnnxNode&);
Tensor fold_flatten(OnnxImport&, const OnnxNode&);
Tensor fold_squeeze(OnnxImport&, const OnnxNode&);
Tensor fold_unsqueeze(OnnxImport&, const OnnxNode&);
Tensor fold_transpose(OnnxImport&, const OnnxNode&);
Tensor fold_slice(OnnxImport&, const OnnxNode&);
Tensor fold_expand(OnnxImport&, const OnnxNode&);
Tensor fold_tile(OnnxImport&, const OnnxNode&);

// onnx_constant_select.cpp: elements from several constants, or by index
Tensor fold_concat(OnnxImport&, const OnnxNode&);
Tensor fold_gather(OnnxImport&, const OnnxNode&);
Tensor fold_gather_elements(OnnxImport&, const OnnxNode&);
Tensor fold_where(OnnxImport&, const OnnxNode&);

// The shape that all of these broadcast to, as in NumPy.
Shape broadcast_shape(std::span<const Tensor* const>);

// The axis counted from the first, for a tensor of `rank`.
int64_t axis_from_first(const OnnxNode&, int64_t axis, int64_t rank);

}  // namespace fxe
