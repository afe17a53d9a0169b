// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/operators.h"

#include <array>

namespace fxe {

namespace {

using enum OnnxTakes;

constexpr std::array kOperators{
    OnnxOperator{.type = "Add", .import = import_add, .takes = functions, .any_shape = true},
    OnnxOperator{"AveragePool", import_average_pool, padding},
    OnnxOperator{"BatchNormalization", import_batch_normalization},
    OnnxOperator{
        .type = "Cast", .import = import_cast, .takes = functions, .any_shape = true, .integers = true},
    OnnxOperator{"Clip", import_clip, functions},
    OnnxOperator{"Concat", import_concat},
    OnnxOperator{"Conv", import_conv, padding},
    OnnxOperator{.type = "Div", .import = import_div, .takes = functions, .any_shape = true},
    OnnxOperator{.type = "Dropout", .import = import_dropout, .takes = functions, .any_shape = true},
    OnnxOperator{"Erf", import_erf, functions},
    OnnxOperator{"Exp", import_exp, functions},
    OnnxOperator{"Flatten", import_flatten, views},
    OnnxOperator{.type = "Gather", .import = import_gather, .takes = views, .any_shape = true},
    OnnxOperator{"Gelu", import_gelu, functions},
    OnnxOperator{"Gemm", import_gemm},
    OnnxOperator{"GlobalAveragePool", import_global_average_pool},
    OnnxOperator{"GlobalMaxPool", import_global_max_pool},
    OnnxOperator{"HardSigmoid", import_hard_sigmoid, functions},
    OnnxOperator{"HardSwish", import_hard_swish, functions},
    OnnxOperator{.type = "Identity",
                 .import = import_identity,
                 .takes = functions,
                 .any_shape = true,
                 .integers = true},
    OnnxOperator{"LRN", import_lrn},
    OnnxOperator{"LayerNormalization", import_layer_normalization},
    OnnxOperator{"LeakyRelu", import_leaky_relu, functions},
    OnnxOperator{"LogSoftmax", import_softmax},
    OnnxOperator{"MatMul", import_mat_mul},
    OnnxOperator{"MaxPool", import_max_pool, padding},
    OnnxOperator{.type = "Mul", .import = import_mul, .takes = functions, .any_shape = true},
    OnnxOperator{"Neg", import_neg, functions},
    OnnxOperator{"PRelu", import_prelu, functions},
    OnnxOperator{"Pad", import_pad, padding},
    OnnxOperator{"Pow", import_pow, functions},
    OnnxOperator{"Reciprocal", import_reciprocal, functions},
    OnnxOperator{.type = "ReduceMax", .import = import_reduce_max, .takes = functions, .any_shape = true},
    OnnxOperator{.type = "ReduceMean", .import = import_reduce_mean, .takes = functions, .any_shape = true},
    OnnxOperator{.type = "ReduceSum", .import = import_reduce_sum, .takes = functions, .any_shape = true},
    OnnxOperator{"Relu", import_relu, functions},
    OnnxOperator{.type = "Reshape", .import = import_reshape, .takes = views, .any_shape = true},
    OnnxOperator{.type = "Shape", .import = import_shape, .takes = padding, .integers = true},
    OnnxOperator{"Sigmoid", import_sigmoid, functions},
    OnnxOperator{"Slice", import_slice},
    OnnxOperator{"Softmax", import_softmax},
    OnnxOperator{"Split", import_split},
    OnnxOperator{"Sqrt", import_sqrt, functions},
    OnnxOperator{"Squeeze", import_squeeze, views},
    OnnxOperator{.type = "Sub", .import = import_sub, .takes = functions, .any_shape = true},
    OnnxOperator{"Sum", import_sum, functions},
    OnnxOperator{"Tanh", import_tanh, functions},
    OnnxOperator{.type = "Transpose", .import = import_transpose, .takes = padding, .integers = true},
    OnnxOperator{.type = "Unsqueeze", .import = import_unsqueeze, .takes = views, .any_shape = true},
};

}  // namespace

const OnnxOperator* find_onnx_operator(std::string_view type) {
  for (const OnnxOperator& known : kOperators)
    if (known.type == type) return &known;
  return nullptr;
}

}  // namespace fxe
