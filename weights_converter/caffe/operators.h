// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weights_converter/caffe/import.h"

// What each of Caffe's layers becomes. An operator reads its inputs from the import and sets its outputs; it
// throws bad_input naming the layer if the file contradicts itself.
namespace fxe {

using CaffeOperator = void (*)(CaffeImport&, const CaffeStep&);

// Null for layers that fxe does not have.
CaffeOperator find_caffe_operator(const std::string& type);

// What fxe lacks for this layer, judging by its type and parameters alone, such as "Deconvolution" or
// "Eltwise of the maximum"; empty if nothing.
std::string missing_in_fxe(const CaffeLayer&);

// caffe_convolution.cpp
void import_caffe_convolution(CaffeImport&, const CaffeStep&);
// caffe_pooling.cpp
void import_caffe_pooling(CaffeImport&, const CaffeStep&);
void import_caffe_reduction(CaffeImport&, const CaffeStep&);
// caffe_linear.cpp
void import_caffe_inner_product(CaffeImport&, const CaffeStep&);
// caffe_normalization.cpp: layers that scale and shift channels, and LRN
void import_caffe_batch_norm(CaffeImport&, const CaffeStep&);
void import_caffe_scale(CaffeImport&, const CaffeStep&);
void import_caffe_bias(CaffeImport&, const CaffeStep&);
void import_caffe_power(CaffeImport&, const CaffeStep&);
void import_caffe_lrn(CaffeImport&, const CaffeStep&);
// caffe_activation.cpp
void import_caffe_relu(CaffeImport&, const CaffeStep&);
void import_caffe_prelu(CaffeImport&, const CaffeStep&);
void import_caffe_clip(CaffeImport&, const CaffeStep&);
void import_caffe_sigmoid(CaffeImport&, const CaffeStep&);
// caffe_layout.cpp
void import_caffe_concat(CaffeImport&, const CaffeStep&);
void import_caffe_eltwise(CaffeImport&, const CaffeStep&);
void import_caffe_slice(CaffeImport&, const CaffeStep&);
void import_caffe_flatten(CaffeImport&, const CaffeStep&);
void import_caffe_reshape(CaffeImport&, const CaffeStep&);
void import_caffe_identity(CaffeImport&, const CaffeStep&);

}  // namespace fxe
