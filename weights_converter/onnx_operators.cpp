// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx_operators.h"

#include <array>

namespace fxe {

namespace {

struct Row {
  std::string_view type;
  OnnxOperator import;
};

constexpr std::array kOperators{
    Row{"Add", import_add},
    Row{"AveragePool", import_average_pool},
    Row{"BatchNormalization", import_batch_normalization},
    Row{"Cast", import_cast},
    Row{"Clip", import_clip},
    Row{"Concat", import_concat},
    Row{"Conv", import_conv},
    Row{"Div", import_div},
    Row{"Dropout", import_dropout},
    Row{"Flatten", import_flatten},
    Row{"Gemm", import_gemm},
    Row{"GlobalAveragePool", import_global_average_pool},
    Row{"GlobalMaxPool", import_global_max_pool},
    Row{"Identity", import_identity},
    Row{"LRN", import_lrn},
    Row{"LeakyRelu", import_leaky_relu},
    Row{"LogSoftmax", import_softmax},
    Row{"MatMul", import_mat_mul},
    Row{"MaxPool", import_max_pool},
    Row{"Mul", import_mul},
    Row{"Pad", import_pad},
    Row{"ReduceMean", import_reduce_mean},
    Row{"Relu", import_relu},
    Row{"Reshape", import_reshape},
    Row{"Shape", import_shape},
    Row{"Slice", import_slice},
    Row{"Softmax", import_softmax},
    Row{"Squeeze", import_squeeze},
    Row{"Sub", import_sub},
    Row{"Sum", import_sum},
    Row{"Transpose", import_transpose},
    Row{"Unsqueeze", import_unsqueeze},
};

}  // namespace

OnnxOperator find_onnx_operator(std::string_view type) {
  for (const Row& row : kOperators)
    if (row.type == type) return row.import;
  return nullptr;
}

}  // namespace fxe
