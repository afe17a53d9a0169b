// SPDX-License-Identifier: Apache-2.0
#include "tests/weights_converter/caffe/builder.h"

#include <cmath>
#include <map>

namespace fxe::test {

std::string CaffeBuilder::input(int64_t c, int64_t h, int64_t w) {
  auto& shape = *layer("Input", "data", Names{}, {"data"}).mutable_input_param()->add_shape();
  for (const int64_t size : {int64_t{1}, c, h, w}) shape.add_dim(size);
  return "data";
}

caffe::Layer& CaffeBuilder::layer(const std::string& type, const std::string& name, const Names& bottoms,
                                  const Names& tops) {
  caffe::Layer& layer = *net.add_layer();
  layer.set_type(type);
  layer.set_name(name);
  for (const auto& bottom : bottoms) layer.add_bottom(bottom);
  for (const auto& top : tops) layer.add_top(top);
  return layer;
}

caffe::Layer& CaffeBuilder::layer(const std::string& type, const std::string& name,
                                  const std::string& bottom) {
  return layer(type, name, Names{bottom}, Names{name});
}

caffe::Layer& CaffeBuilder::in_place(const std::string& type, const std::string& name,
                                     const std::string& blob) {
  return layer(type, name, Names{blob}, Names{blob});
}

caffe::Layer& CaffeBuilder::conv(const std::string& name, const std::string& bottom, int64_t c,
                                 const Conv& conv) {
  caffe::Layer& l = layer("Convolution", name, bottom);
  auto& p = *l.mutable_convolution_param();
  p.set_num_output(conv.k);
  p.add_kernel_size(conv.filter);
  if (conv.stride != 1) p.add_stride(conv.stride);
  if (conv.pad != 0) p.add_pad(conv.pad);
  if (conv.groups != 1) p.set_group(conv.groups);
  if (!conv.bias) p.set_bias_term(false);
  const int64_t inputs = c / conv.groups;
  add_blob(l, {conv.k, inputs, conv.filter, conv.filter},
           std::sqrt(2.0 / static_cast<double>(inputs * conv.filter * conv.filter)));
  if (conv.bias) add_blob(l, {conv.k}, 0.1);
  return l;
}

caffe::Layer& CaffeBuilder::linear(const std::string& name, const std::string& bottom, int64_t c, int64_t k) {
  caffe::Layer& l = layer("InnerProduct", name, bottom);
  l.mutable_inner_product_param()->set_num_output(k);
  add_blob(l, {k, c}, std::sqrt(2.0 / static_cast<double>(c)));
  add_blob(l, {k}, 0.1);
  return l;
}

caffe::Layer& CaffeBuilder::pool(const std::string& name, const std::string& bottom, int method,
                                 int64_t filter, int64_t stride, int64_t pad) {
  caffe::Layer& l = layer("Pooling", name, bottom);
  auto& p = *l.mutable_pooling_param();
  p.set_pool(method);
  p.set_kernel_size(filter);
  p.set_stride(stride);
  if (pad != 0) p.set_pad(pad);
  return l;
}

caffe::Layer& CaffeBuilder::lrn(const std::string& name, const std::string& bottom) {
  caffe::Layer& l = layer("LRN", name, bottom);
  l.mutable_lrn_param()->set_local_size(5);
  l.mutable_lrn_param()->set_alpha(1e-4f);
  l.mutable_lrn_param()->set_beta(0.75f);
  return l;
}

void CaffeBuilder::norm(const std::string& batch_norm, const std::string& scale, const std::string& blob_name,
                        int64_t c, float count, double scale_by) {
  caffe::Layer& norm = in_place("BatchNorm", batch_norm, blob_name);
  norm.mutable_batch_norm_param()->set_use_global_stats(true);
  add_blob(norm, {c}, 0.2 * count);
  add_positive_blob(norm, c, count);
  blob(norm, {1}, {count});
  caffe::Layer& l = in_place("Scale", scale, blob_name);
  l.mutable_scale_param()->set_bias_term(true);
  add_positive_blob(l, c, scale_by);
  add_blob(l, {c}, 0.2);
}

caffe::Blob& CaffeBuilder::blob(caffe::Layer& layer, const std::vector<int64_t>& shape,
                                std::vector<float> values) {
  caffe::Blob& blob = *layer.add_blobs();
  for (const int64_t size : shape) blob.mutable_shape()->add_dim(size);
  blob.mutable_data()->Add(values.begin(), values.end());
  return blob;
}

void CaffeBuilder::add_blob(caffe::Layer& layer, const std::vector<int64_t>& shape, double scale,
                            double mean) {
  size_t count = 1;
  for (const int64_t size : shape) count *= static_cast<size_t>(size);
  blob(layer, shape, normals(random_, count, scale, mean));
}

void CaffeBuilder::add_positive_blob(caffe::Layer& layer, int64_t count, double factor) {
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = static_cast<float>(factor * (0.5 + random_.uniform()));
  blob(layer, {count}, std::move(values));
}

namespace {

// Of V1LayerParameter::LayerType.
const std::map<std::string, int> kV1Types{
    {"Accuracy", 1}, {"Concat", 3},    {"Convolution", 4},   {"Data", 5},     {"Dropout", 6},
    {"Eltwise", 25}, {"Flatten", 8},   {"InnerProduct", 14}, {"LRN", 15},     {"MemoryData", 29},
    {"Pooling", 17}, {"Power", 26},    {"ReLU", 18},         {"Softmax", 20}, {"SoftmaxWithLoss", 21},
    {"Split", 22},   {"DummyData", 32}};

}  // namespace

caffe::Net as_v1(const caffe::Net& net) {
  caffe::Net out;
  for (const auto& layer : net.layer()) {
    caffe::V1Layer& v1 = *out.add_layers();
    v1.set_name(layer.name());
    v1.set_type(kV1Types.at(layer.type()));
    *v1.mutable_bottom() = layer.bottom();
    *v1.mutable_top() = layer.top();
    *v1.mutable_include() = layer.include();
    *v1.mutable_blobs() = layer.blobs();
    for (auto& blob : *v1.mutable_blobs()) {  // before BlobShape
      std::vector<int64_t> shape(blob.shape().dim().begin(), blob.shape().dim().end());
      shape.insert(shape.begin(), 4 - shape.size(), 1);
      blob.clear_shape();
      blob.set_num(shape[0]);
      blob.set_channels(shape[1]);
      blob.set_height(shape[2]);
      blob.set_width(shape[3]);
    }
    if (layer.has_concat_param()) *v1.mutable_concat_param() = layer.concat_param();
    if (layer.has_convolution_param()) *v1.mutable_convolution_param() = layer.convolution_param();
    if (layer.has_eltwise_param()) *v1.mutable_eltwise_param() = layer.eltwise_param();
    if (layer.has_inner_product_param()) *v1.mutable_inner_product_param() = layer.inner_product_param();
    if (layer.has_lrn_param()) *v1.mutable_lrn_param() = layer.lrn_param();
    if (layer.has_pooling_param()) *v1.mutable_pooling_param() = layer.pooling_param();
    if (layer.has_power_param()) *v1.mutable_power_param() = layer.power_param();
    if (layer.has_relu_param()) *v1.mutable_relu_param() = layer.relu_param();
    if (layer.has_transform_param()) *v1.mutable_transform_param() = layer.transform_param();
  }
  return out;
}

}  // namespace fxe::test
