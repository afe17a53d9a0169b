// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/operators.h"

#include <array>
#include <string_view>

#include "caffe.pb.h"

namespace fxe {

namespace {

struct Row {
  std::string_view type;
  CaffeOperator import;
};

constexpr std::array kOperators{
    Row{"BatchNorm", import_caffe_batch_norm},
    Row{"Bias", import_caffe_bias},
    Row{"Clip", import_caffe_clip},
    Row{"Concat", import_caffe_concat},
    Row{"Convolution", import_caffe_convolution},
    Row{"Dropout", import_caffe_identity},
    Row{"Eltwise", import_caffe_eltwise},
    Row{"Flatten", import_caffe_flatten},
    Row{"InnerProduct", import_caffe_inner_product},
    Row{"LRN", import_caffe_lrn},
    Row{"PReLU", import_caffe_prelu},
    Row{"Pooling", import_caffe_pooling},
    Row{"Power", import_caffe_power},
    Row{"ReLU", import_caffe_relu},
    Row{"Reduction", import_caffe_reduction},
    Row{"Reshape", import_caffe_reshape},
    Row{"Scale", import_caffe_scale},
    Row{"Sigmoid", import_caffe_sigmoid},
    Row{"Slice", import_caffe_slice},
    Row{"Split", import_caffe_identity},
};

std::string missing_eltwise(const caffe::Eltwise& p) {
  constexpr int kProduct = 0, kSum = 1, kMaximum = 2;
  if (p.operation() == kProduct) return "Eltwise of the product";
  if (p.operation() == kMaximum) return "Eltwise of the maximum";
  return p.operation() == kSum ? "" : fmt::format("Eltwise operation {}", p.operation());
}

std::string missing_reduction(const caffe::Reduction& p) {
  constexpr int kSum = 1, kAbsolute = 2, kSquares = 3, kMean = 4;
  if (p.operation() == kAbsolute) return "Reduction to the sum of absolute values";
  if (p.operation() == kSquares) return "Reduction to the sum of squares";
  const bool known = p.operation() == kSum || p.operation() == kMean;
  return known ? "" : fmt::format("Reduction operation {}", p.operation());
}

}  // namespace

CaffeOperator find_caffe_operator(const std::string& type) {
  for (const Row& row : kOperators)
    if (row.type == type) return row.import;
  return nullptr;
}

std::string missing_in_fxe(const CaffeLayer& layer) {
  const std::string& type = layer.type;
  if (!find_caffe_operator(type)) return type.empty() ? "a layer without a type" : type;
  if (type == "Eltwise") return missing_eltwise(*layer.eltwise);
  if (type == "LRN" && layer.lrn->norm_region() != 0) return "LRN within a channel";
  if (type == "Pooling" && (layer.pooling->pool() < 0 || layer.pooling->pool() > 1))
    return "stochastic Pooling";
  if (type == "Reduction") return missing_reduction(*layer.reduction);
  if (type == "Power" && layer.power->power() != 1) return fmt::format("Power of {}", layer.power->power());
  if (type == "Bias" && layer.bottoms.size() > 1) return "Bias by another blob";
  return "";
}

}  // namespace fxe
