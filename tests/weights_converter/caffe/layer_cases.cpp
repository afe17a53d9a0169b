// SPDX-License-Identifier: Apache-2.0
#include "tests/weights_converter/caffe/networks.h"

namespace fxe::test {

namespace {

constexpr int kMax = 0, kAverage = 1;  // OpenCV needs the former said

// Every way to say a size: repeated, apart, left out.
CaffeCase convolutions() {
  CaffeBuilder b(1);
  std::string x = b.input(3, 15, 13);
  auto& apart = *b.layer("Convolution", "apart", x).mutable_convolution_param();
  apart.set_num_output(8);
  apart.set_kernel_h(3);
  apart.set_kernel_w(2);
  apart.set_pad_h(2);
  apart.set_pad_w(1);
  apart.set_stride_h(1);
  apart.set_stride_w(2);
  apart.set_bias_term(false);
  b.add_blob(*b.net.mutable_layer(1), {8, 3, 3, 2}, 0.3);
  auto& repeated = *b.layer("Convolution", "repeated", "apart").mutable_convolution_param();
  repeated.set_num_output(12);
  for (const int64_t size : {2, 3}) repeated.add_kernel_size(size);
  for (const int64_t size : {1, 2}) repeated.add_pad(size);
  for (const int64_t size : {2, 1}) repeated.add_stride(size);
  for (const int64_t size : {1, 2}) repeated.add_dilation(size);
  repeated.set_group(4);
  b.add_blob(*b.net.mutable_layer(2), {12, 2, 2, 3}, 0.3);
  b.add_blob(*b.net.mutable_layer(2), {1, 1, 1, 12}, 0.3);  // as in files from before BlobShape
  b.conv("dilated", "repeated", 12, {.k = 12, .filter = 3, .pad = 2, .groups = 12})
      .mutable_convolution_param()
      ->add_dilation(2);
  b.linear("logits", "dilated", 12 * 9 * 7, 5);
  return {"convolutions", b.net, 3, 15, 13};
}

// Windows for which rounding up, padding and clipping of the last one make a difference.
CaffeCase poolings() {
  CaffeBuilder b(2);
  std::string x = b.input(3, 22, 19);
  b.pool("max", x, kMax, 3, 2);              // [11 9]: rounded up
  b.pool("padded", "max", kMax, 2, 2, 1);    // [6 5]: the last window would begin in the padding
  b.pool("average", x, kAverage, 3, 2, 1);   // [12 10]: counts what is in the padding, not past it
  b.pool("wide", "max", kAverage, 3, 4, 0);  // [3 3]: 8 / 4 and 6 / 4 rounded up, the last window cut
  auto& apart = *b.layer("Pooling", "apart", "average").mutable_pooling_param();
  apart.set_pool(kAverage);
  apart.set_kernel_h(4);
  apart.set_kernel_w(3);
  apart.set_stride_h(3);
  apart.set_stride_w(2);
  apart.set_pad_h(2);
  apart.set_pad_w(0);  // [5 5]
  auto& whole = *b.layer("Pooling", "whole", "max").mutable_pooling_param();
  whole.set_pool(kMax);
  whole.set_global_pooling(true);
  std::vector<std::string> rows;
  for (const auto& [name, count] :
       {std::pair("padded", 3 * 30), {"wide", 3 * 9}, {"apart", 3 * 25}, {"whole", 3}}) {
    rows.push_back(std::string("from_") + name);
    b.linear(rows.back(), name, count, 4);
  }
  b.layer("Concat", "logits", rows, {"logits"});
  return {"poolings", b.net, 3, 22, 19};
}

CaffeCase joins() {
  CaffeBuilder b(3);
  std::string x = b.input(3, 8, 8);
  b.conv("conv", x, 3, {.k = 6, .filter = 3, .pad = 1});
  b.layer("Split", "split", {"conv"}, {"a", "b", "c"});
  b.in_place("ReLU", "relu_a", "a");
  b.conv("conv_b", "b", 6, {.k = 6, .filter = 1});
  auto& sum = *b.layer("Eltwise", "sum", {"a", "conv_b", "c"}, {"sum"}).mutable_eltwise_param();
  sum.set_operation(1);
  for (int i = 0; i < 3; ++i) sum.add_coeff(1);
  b.layer("Concat", "join", {"sum", "data", "a"}, {"join"}).mutable_concat_param()->set_concat_dim(1);
  b.in_place("Dropout", "drop", "join");
  b.pool("small", "join", kAverage, 4, 4);
  b.layer("Flatten", "rows", "small");
  b.linear("one", "rows", 15 * 4, 3);
  b.linear("two", "rows", 15 * 4, 4);
  b.layer("Concat", "logits", {"one", "two"}, {"logits"}).mutable_concat_param()->set_axis(-1);
  return {"joins", b.net, 3, 8, 8};
}

// Norms with and without their Scale, with counts of 1, other and 0, read once and twice.
CaffeCase norms() {
  CaffeBuilder b(4);
  std::string x = b.input(3, 9, 9);
  b.conv("conv", x, 3, {.k = 4, .filter = 3});
  b.norm("bn", "scale", "conv", 4, 31.5f);
  b.layer("BatchNorm", "bare", "conv");
  auto& bare = *b.net.mutable_layer(b.net.layer_size() - 1);
  bare.mutable_batch_norm_param()->set_eps(0.01f);
  b.add_blob(bare, {4}, 0.3);
  b.add_positive_blob(bare, 4);
  b.add_blob(bare, {1}, 0, 1);
  b.in_place("ReLU", "relu", "bare");
  auto& scale = b.layer("Scale", "only_scale", "bare");
  b.add_blob(scale, {4}, 0.5, 1);
  auto& twice = b.layer("BatchNorm", "twice", "only_scale");
  twice.mutable_batch_norm_param()->set_eps(0.5f);
  b.add_blob(twice, {4}, 1);
  b.add_positive_blob(twice, 4);
  b.add_blob(twice, {1}, 0, 0);  // nothing was counted: mean and variance are 0
  auto& shift = b.layer("Scale", "shifted", "twice");
  shift.mutable_scale_param()->set_bias_term(true);
  b.add_blob(shift, {4}, 0.5, 1);
  b.add_blob(shift, {4}, 0.5);
  auto& power = *b.layer("Power", "power", "shifted").mutable_power_param();
  power.set_scale(0.5f);
  power.set_shift(0.25f);
  b.layer("Eltwise", "sum", {"power", "twice"}, {"sum"});
  b.linear("logits", "sum", 4 * 49, 5);
  return {"norms", b.net, 3, 9, 9};
}

CaffeCase activations() {
  CaffeBuilder b(5);
  std::string x = b.input(3, 9, 9);
  b.conv("conv", x, 3, {.k = 6, .filter = 3});
  b.layer("ReLU", "leaky", "conv").mutable_relu_param()->set_negative_slope(0.1f);
  auto& shared = b.layer("PReLU", "shared", "leaky");
  shared.mutable_prelu_param()->set_channel_shared(true);
  b.add_blob(shared, {1}, 0, 0.3);
  b.add_blob(b.in_place("PReLU", "apart", "shared"), {6}, 0.3, 0.2);
  auto& lrn = *b.layer("LRN", "lrn", "shared").mutable_lrn_param();
  lrn.set_local_size(3);
  lrn.set_alpha(1e-4f);  // OpenCV keeps a running sum, whose errors a larger one would show
  b.linear("logits", "lrn", 6 * 49, 5);
  return {"activations", b.net, 3, 9, 9};
}

CaffeCase linears() {
  CaffeBuilder b(6);
  std::string x = b.input(3, 5, 4);
  b.layer("Reshape", "rows", x);
  for (const int64_t size : {0, -1})
    b.net.mutable_layer(1)->mutable_reshape_param()->mutable_shape()->add_dim(size);
  b.linear("plain", "rows", 60, 12).mutable_inner_product_param()->set_axis(-1);
  auto& bare = b.layer("InnerProduct", "bare", x);
  bare.mutable_inner_product_param()->set_num_output(12);
  bare.mutable_inner_product_param()->set_bias_term(false);
  b.add_blob(bare, {1, 1, 12, 60}, 0.2);  // as in files from before BlobShape
  b.layer("Eltwise", "logits", {"plain", "bare"}, {"logits"});
  return {"linears", b.net, 3, 5, 4};
}

// Channels split in both ways, and weighted by a small net of their own, as in SENet.
CaffeCase gates() {
  CaffeBuilder b(10);
  std::string x = b.input(3, 9, 9);
  b.conv("conv", x, 3, {.k = 12, .filter = 3});
  b.layer("Slice", "halves", {"conv"}, {"left", "right"});
  auto& apart = *b.layer("Slice", "apart", {"left"}, {"one", "two", "three"}).mutable_slice_param();
  apart.set_axis(1);
  for (const int64_t point : {1, 3}) apart.add_slice_point(point);
  b.layer("Concat", "turned", {"three", "one", "two"}, {"turned"});
  auto& pool = *b.layer("Pooling", "pool", "right").mutable_pooling_param();
  pool.set_pool(kAverage);
  pool.set_global_pooling(true);
  auto& fc = b.conv("weigh", "pool", 6, {.k = 6, .filter = 1});
  for (float& v : *fc.mutable_blobs(0)->mutable_data()) v *= 0.03f;
  b.in_place("Sigmoid", "sigmoid", "weigh");
  b.layer("Reshape", "rows", "weigh");
  for (const int64_t size : {0, -1})
    b.net.mutable_layer(b.net.layer_size() - 1)->mutable_reshape_param()->mutable_shape()->add_dim(size);
  b.layer("Scale", "gated", {"turned", "rows"}, {"gated"}).mutable_scale_param()->set_axis(0);
  b.linear("logits", "gated", 6 * 49, 5);
  return {"gates", b.net, 3, 9, 9};
}

}  // namespace

std::vector<CaffeCase> caffe_layer_cases() {
  return {gates(), convolutions(), poolings(), joins(), norms(), activations(), linears()};
}

}  // namespace fxe::test
