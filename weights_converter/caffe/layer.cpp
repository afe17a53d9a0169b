// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/layer.h"

#include <algorithm>
#include <array>

#include "caffe.pb.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr int kTest = 1;

// V1Layer's types by number.
constexpr std::array kV1Types = {"None",
                                 "Accuracy",
                                 "BNLL",
                                 "Concat",
                                 "Convolution",
                                 "Data",
                                 "Dropout",
                                 "EuclideanLoss",
                                 "Flatten",
                                 "HDF5Data",
                                 "HDF5Output",
                                 "Im2col",
                                 "ImageData",
                                 "InfogainLoss",
                                 "InnerProduct",
                                 "LRN",
                                 "MultinomialLogisticLoss",
                                 "Pooling",
                                 "ReLU",
                                 "Sigmoid",
                                 "Softmax",
                                 "SoftmaxWithLoss",
                                 "Split",
                                 "TanH",
                                 "WindowData",
                                 "Eltwise",
                                 "Power",
                                 "SigmoidCrossEntropyLoss",
                                 "HingeLoss",
                                 "MemoryData",
                                 "ArgMax",
                                 "Threshold",
                                 "DummyData",
                                 "Slice",
                                 "MVN",
                                 "AbsVal",
                                 "Silence",
                                 "ContrastiveLoss",
                                 "Exp",
                                 "Deconvolution"};

std::string type_of(const caffe::Layer& layer) { return printable(layer.type()); }

std::string type_of(const caffe::V1Layer& layer) {
  const auto number = static_cast<size_t>(layer.type());
  return number < kV1Types.size() ? kV1Types[number] : fmt::format("type {}", layer.type());
}

bool meets(const caffe::StateRule& rule) {
  return (!rule.has_phase() || rule.phase() == kTest) && rule.min_level() <= 0 &&
         (!rule.has_max_level() || rule.max_level() >= 0) && rule.stage_size() == 0;
}

template <class L>
bool in_test_phase(const L& layer) {
  const auto any = [](const auto& rules) { return std::any_of(rules.begin(), rules.end(), meets); };
  return layer.include_size() > 0 ? any(layer.include()) : !any(layer.exclude());
}

template <class L>
CaffeLayer common(const L& layer) {
  CaffeLayer out{};
  out.type = type_of(layer);
  out.bottoms.assign(layer.bottom().begin(), layer.bottom().end());
  out.tops.assign(layer.top().begin(), layer.top().end());
  for (const auto& blob : layer.blobs()) out.blobs.push_back(&blob);
  out.name = printable(layer.name().empty() && !out.tops.empty() ? out.tops[0] : layer.name());
  out.in_test_phase = in_test_phase(layer);
  out.batch_norm = &caffe::BatchNorm::default_instance();
  out.bias = &caffe::Bias::default_instance();
  out.clip = &caffe::Clip::default_instance();
  out.concat = &layer.concat_param();
  out.convolution = &layer.convolution_param();
  out.data = &layer.data_param();
  out.image_data = &layer.image_data_param();
  out.dummy_data = &layer.dummy_data_param();
  out.eltwise = &layer.eltwise_param();
  out.flatten = &caffe::Flatten::default_instance();
  out.inner_product = &layer.inner_product_param();
  out.input_shapes = &caffe::InputShapes::default_instance();
  out.lrn = &layer.lrn_param();
  out.memory_data = &layer.memory_data_param();
  out.pooling = &layer.pooling_param();
  out.power = &layer.power_param();
  out.prelu = &caffe::PRelu::default_instance();
  out.reduction = &caffe::Reduction::default_instance();
  out.relu = &layer.relu_param();
  out.reshape = &caffe::Reshape::default_instance();
  out.scale = &caffe::Scale::default_instance();
  out.slice = &layer.slice_param();
  out.softmax = &layer.softmax_param();
  out.transform = &layer.transform_param();
  return out;
}

CaffeLayer convert(const caffe::Layer& layer) {
  CaffeLayer out = common(layer);
  out.batch_norm = &layer.batch_norm_param();
  out.bias = &layer.bias_param();
  out.clip = &layer.clip_param();
  out.flatten = &layer.flatten_param();
  out.input_shapes = &layer.input_param();
  out.prelu = &layer.prelu_param();
  out.reduction = &layer.reduction_param();
  out.reshape = &layer.reshape_param();
  out.scale = &layer.scale_param();
  return out;
}

CaffeLayer convert(const caffe::V1Layer& layer) {
  if (layer.has_v0_layer())
    throw bad_input(
        "is of Caffe's first format (V0LayerParameter); bring it up to date with Caffe's "
        "upgrade_net_proto_binary");
  return common(layer);
}

}  // namespace

std::vector<CaffeLayer> caffe_layers(const caffe::Net& net) {
  std::vector<CaffeLayer> layers;
  // Caffe itself refuses a net with both forms.
  if (net.layers_size() > 0 && net.layer_size() > 0)
    throw bad_input("has layers of both of Caffe's forms, 'layers' and 'layer'; expected one");
  for (const auto& layer : net.layers()) layers.push_back(convert(layer));
  for (const auto& layer : net.layer()) layers.push_back(convert(layer));
  return layers;
}

}  // namespace fxe
