// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weights_converter/onnx_import.h"

// What each ONNX operator becomes. An operator reads its inputs from the import and sets its output; it
// throws bad_input that names the node where fxe cannot express it.
namespace fxe {

using OnnxOperator = void (*)(OnnxImport&, const OnnxNode&);

// Nothing for operators that fxe has not.
OnnxOperator find_onnx_operator(std::string_view type);

// Computes nodes all of whose inputs are constants; false where fxe does not fold this operator.
bool fold_onnx_constant(OnnxImport&, const OnnxNode&);
bool can_fold_onnx(std::string_view type);

// onnx_convolution.cpp
void import_conv(OnnxImport&, const OnnxNode&);
// onnx_pooling.cpp
void import_max_pool(OnnxImport&, const OnnxNode&);
void import_average_pool(OnnxImport&, const OnnxNode&);
void import_global_average_pool(OnnxImport&, const OnnxNode&);
void import_global_max_pool(OnnxImport&, const OnnxNode&);
void import_reduce_mean(OnnxImport&, const OnnxNode&);
// onnx_linear.cpp
void import_gemm(OnnxImport&, const OnnxNode&);
void import_mat_mul(OnnxImport&, const OnnxNode&);
// onnx_normalization.cpp
void import_batch_normalization(OnnxImport&, const OnnxNode&);
void import_lrn(OnnxImport&, const OnnxNode&);
void import_softmax(OnnxImport&, const OnnxNode&);
// onnx_activation.cpp
void import_relu(OnnxImport&, const OnnxNode&);
void import_leaky_relu(OnnxImport&, const OnnxNode&);
void import_clip(OnnxImport&, const OnnxNode&);
void import_identity(OnnxImport&, const OnnxNode&);
void import_dropout(OnnxImport&, const OnnxNode&);
void import_cast(OnnxImport&, const OnnxNode&);
// onnx_arithmetic.cpp: sums of two flows, or a flow and constants per channel
void import_add(OnnxImport&, const OnnxNode&);
void import_sum(OnnxImport&, const OnnxNode&);
void import_sub(OnnxImport&, const OnnxNode&);
void import_mul(OnnxImport&, const OnnxNode&);
void import_div(OnnxImport&, const OnnxNode&);
// onnx_layout.cpp
void import_concat(OnnxImport&, const OnnxNode&);
void import_transpose(OnnxImport&, const OnnxNode&);
void import_pad(OnnxImport&, const OnnxNode&);
void import_slice(OnnxImport&, const OnnxNode&);
// onnx_reshape.cpp
void import_flatten(OnnxImport&, const OnnxNode&);
void import_reshape(OnnxImport&, const OnnxNode&);
void import_squeeze(OnnxImport&, const OnnxNode&);
void import_unsqueeze(OnnxImport&, const OnnxNode&);
void import_shape(OnnxImport&, const OnnxNode&);

}  // namespace fxe
