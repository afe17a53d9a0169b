// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weights_converter/onnx/import.h"

// What each ONNX operator becomes. An operator reads its inputs from the import and sets its output; it
// throws bad_input naming the node if fxe cannot express it.
namespace fxe {

// What an operator accepts of what its inputs have pending (OnnxFlow); the rest is put into the graph first:
// nothing; padding; functions and padding; or channels split in two, and rows seen as images.
enum class OnnxTakes { values, padding, functions, views };

struct OnnxOperator {
  std::string_view type;
  void (*import)(OnnxImport&, const OnnxNode&);
  OnnxTakes takes = OnnxTakes::values;
  bool any_shape = false;  // also what ONNX has in another shape (OnnxFlow::seen_as)
  bool integers = false;   // also pixels that are integers
};

// onnx_flat_gather.cpp: integers that count images; true if the node makes or changes such integers.
bool count_onnx_images(OnnxImport&, const OnnxNode&);
void import_gather(OnnxImport&, const OnnxNode&);
void gather_channels(OnnxImport&, const OnnxNode&);  // onnx_layout.cpp

// nullptr for operators that fxe does not have.
const OnnxOperator* find_onnx_operator(std::string_view type);

// onnx_convolution.cpp
void import_conv(OnnxImport&, const OnnxNode&);
// onnx_pooling.cpp
void import_max_pool(OnnxImport&, const OnnxNode&);
void import_average_pool(OnnxImport&, const OnnxNode&);
void import_global_average_pool(OnnxImport&, const OnnxNode&);
void import_global_max_pool(OnnxImport&, const OnnxNode&);
void import_reduce_max(OnnxImport&, const OnnxNode&);
void import_reduce_mean(OnnxImport&, const OnnxNode&);
void import_reduce_sum(OnnxImport&, const OnnxNode&);
// onnx_linear.cpp
void import_gemm(OnnxImport&, const OnnxNode&);
void import_mat_mul(OnnxImport&, const OnnxNode&);
// onnx_normalization.cpp
void import_batch_normalization(OnnxImport&, const OnnxNode&);
void import_lrn(OnnxImport&, const OnnxNode&);
void import_softmax(OnnxImport&, const OnnxNode&);
void import_layer_normalization(OnnxImport&, const OnnxNode&);
// onnx_activation.cpp
void import_relu(OnnxImport&, const OnnxNode&);
void import_leaky_relu(OnnxImport&, const OnnxNode&);
void import_clip(OnnxImport&, const OnnxNode&);
void import_prelu(OnnxImport&, const OnnxNode&);
void import_sigmoid(OnnxImport&, const OnnxNode&);
void import_hard_sigmoid(OnnxImport&, const OnnxNode&);
void import_hard_swish(OnnxImport&, const OnnxNode&);
void import_gelu(OnnxImport&, const OnnxNode&);
void import_erf(OnnxImport&, const OnnxNode&);
void import_tanh(OnnxImport&, const OnnxNode&);
void import_exp(OnnxImport&, const OnnxNode&);
void import_sqrt(OnnxImport&, const OnnxNode&);
void import_reciprocal(OnnxImport&, const OnnxNode&);
void import_neg(OnnxImport&, const OnnxNode&);
void import_pow(OnnxImport&, const OnnxNode&);
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
void import_split(OnnxImport&, const OnnxNode&);
// onnx_reshape.cpp
void import_flatten(OnnxImport&, const OnnxNode&);
void import_reshape(OnnxImport&, const OnnxNode&);
void import_squeeze(OnnxImport&, const OnnxNode&);
void import_unsqueeze(OnnxImport&, const OnnxNode&);
void import_shape(OnnxImport&, const OnnxNode&);

}  // namespace fxe
