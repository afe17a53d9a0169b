// SPDX-License-Identifier: Apache-2.0
// What a caffemodel may express in more than one way, what is left out of it, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "engine/shape.h"
#include "tests/weights_converter/caffe/small.h"

namespace fxe::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A softmax at the end is left out, which is right only over the classes.
TEST(CaffeFile, ASoftmaxOverAnotherAxisIsNotLeftOut) {
  SmallCaffe small;
  small.named("prob").mutable_softmax_param()->set_axis(1);
  EXPECT_FALSE(small.logits().empty());
  for (const int axis : {0, 2, -2}) {
    small.named("prob").mutable_softmax_param()->set_axis(axis);
    EXPECT_THAT(caffe_error(small.bytes()), HasSubstr("expected 1, the classes")) << axis;
  }
}

TEST(CaffeFile, ReadsTheOldFormOfLayersAndBlobs) {
  SmallCaffe small(false);
  small.layer("Softmax", "prob2", "fc");
  caffe::Net v1 = as_v1(small.net);
  v1.add_input("data");
  for (const int64_t size : {10, 3, 8, 7}) v1.add_input_dim(size);
  const WeightFile file = read_caffe(v1.SerializeAsString());
  EXPECT_EQ(std::get<Input>(file.graph->nodes[0].op), (Input{3, 8, 7}));
  EXPECT_EQ(logits_of(file), small.logits());
  for (const CaffeCase& c : caffe_networks(16)) {
    if (c.name != "alexnet" && c.name != "squeezenet1.0") continue;
    caffe::Net net = c.net;
    net.mutable_layer()->DeleteSubrange(0, 1);  // Input is newer than the old form
    EXPECT_EQ(logits_of(read_caffe(as_v1(net).SerializeAsString(), Input{c.c, c.h, c.w})),
              logits_of(read_caffe(c.net.SerializeAsString())))
        << c.name;
  }
}

// As Caffe's solver saves a net: data layers with a crop, Split, layers for training only, loss and accuracy.
TEST(CaffeFile, LeavesOutWhatOnlyTrainingNeeds) {
  for (const bool old_form : {false, true}) {
    CaffeBuilder b(11);
    for (const int phase : {0, 1}) {
      auto& data = b.layer("Data", "data", CaffeBuilder::Names{}, {"data", "label"});
      data.add_include()->set_phase(phase);
      data.mutable_transform_param()->set_crop_size(phase == 0 ? 9 : 8);
    }
    b.layer("Split", "label_split", {"label"}, {"label_1", "label_2"});
    b.conv("conv", "data", 3, {.k = 4, .filter = 3, .pad = 1});
    b.in_place("ReLU", "relu", "conv");
    b.layer("Power", "noise", {"conv"}, {"noise"}).add_include()->set_phase(0);
    b.pool("pool", "conv", 0, 2, 2);
    b.in_place("Dropout", "drop", "pool");
    b.linear("fc", "pool", 4 * 4 * 4, 5);
    b.layer("Split", "fc_split", {"fc"}, {"fc_1", "fc_2"});
    b.layer("Accuracy", "accuracy", {"fc_1", "label_1"}, {"accuracy"}).add_include()->set_phase(1);
    b.layer("SoftmaxWithLoss", "loss", {"fc_2", "label_2"}, {"loss"});
    const WeightFile file = read_caffe((old_form ? as_v1(b.net) : b.net).SerializeAsString());
    EXPECT_EQ(std::get<Input>(file.graph->nodes[0].op), (Input{3, 8, 8}));
    std::vector<std::string> names;
    for (const Node& node : file.graph->nodes) names.push_back(node.name);
    EXPECT_THAT(names, ElementsAre("input", "conv", "relu", "pool", "fc.flatten", "fc"));
    std::vector<std::string> tensors;
    for (const auto& [name, tensor] : file.tensors) tensors.push_back(name);
    EXPECT_THAT(tensors, ElementsAre("conv.bias", "conv.weight", "fc.bias", "fc.weight"));
    EXPECT_THAT(file.notes,
                ElementsAre("of its 2 outputs the last, 'fc_2', is read",
                            "its layer 'loss' (SoftmaxWithLoss) at the end is left out: fxe works "
                            "on logits"));
  }
}

TEST(CaffeFile, PhasesFollowCaffesRules) {
  const auto logits_with = [](auto change) {
    SmallCaffe small;
    change(small.named("relu"));
    return small.logits();
  };
  const auto with = logits_with([](auto&) {});
  SmallCaffe bare;
  bare.net.mutable_layer()->DeleteSubrange(2, 1);
  const auto without = bare.logits();
  ASSERT_NE(with, without);
  EXPECT_EQ(logits_with([](auto& l) { l.add_include()->set_phase(1); }), with);
  EXPECT_EQ(logits_with([](auto& l) { l.add_include()->set_phase(0); }), without);
  EXPECT_EQ(logits_with([](auto& l) { l.add_exclude()->set_phase(1); }), without);
  EXPECT_EQ(logits_with([](auto& l) { l.add_exclude()->set_phase(0); }), with);
  EXPECT_EQ(logits_with([](auto& l) {
              l.add_include()->set_phase(0);
              l.add_include()->set_phase(1);
            }),
            with);
  EXPECT_EQ(logits_with([](auto& l) { l.add_include()->set_min_level(1); }), without);
  EXPECT_EQ(logits_with([](auto& l) { l.add_include()->set_max_level(-1); }), without);
  EXPECT_EQ(logits_with([](auto& l) { l.add_include()->add_stage("deploy"); }), without);
  EXPECT_EQ(logits_with([](auto& l) { l.add_include()->add_not_stage("deploy"); }), with);
}

TEST(CaffeFile, BlobsOfEveryEncoding) {
  SmallCaffe small;
  const auto expected = small.logits();
  const auto each_blob = [&](auto change) {
    SmallCaffe other;
    for (auto& layer : *other.net.mutable_layer())
      for (auto& blob : *layer.mutable_blobs()) {
        const std::vector<float> values(blob.data().begin(), blob.data().end());
        change(blob, values);
      }
    return other.logits();
  };
  EXPECT_EQ(each_blob([](caffe::Blob& blob, const std::vector<float>& values) {
              blob.clear_data();
              blob.mutable_double_data()->Add(values.begin(), values.end());
            }),
            expected);
  const auto raw = [](caffe::Blob& blob, int type, const auto& values) {
    blob.clear_data();
    blob.set_raw_data_type(type);
    blob.set_raw_data(values.data(), values.size() * sizeof(values[0]));
  };
  EXPECT_EQ(each_blob([&](caffe::Blob& blob, const std::vector<float>& values) { raw(blob, 1, values); }),
            expected);
  EXPECT_EQ(each_blob([&](caffe::Blob& blob, const std::vector<float>& values) {
              raw(blob, 0, std::vector<double>(values.begin(), values.end()));
            }),
            expected);
  const auto halves = [](const std::vector<float>& values) {
    std::vector<uint16_t> bits;
    for (const float v : values) bits.push_back(float_to_half(v));
    return bits;
  };
  const auto rounded = each_blob([&](caffe::Blob& blob, const std::vector<float>& values) {
    for (int i = 0; i < blob.data_size(); ++i)
      blob.set_data(i, half_to_float(halves(values)[static_cast<size_t>(i)]));
  });
  EXPECT_NE(rounded, expected);
  EXPECT_EQ(
      each_blob([&](caffe::Blob& blob, const std::vector<float>& values) { raw(blob, 2, halves(values)); }),
      rounded);
}

TEST(CaffeFile, TransposedWeightsAreTurned) {
  SmallCaffe small, turned;
  turned.named("fc").mutable_inner_product_param()->set_transpose(true);
  auto& blob = *turned.named("fc").mutable_blobs(0);
  const caffe::Blob plain = blob;
  for (int k = 0; k < 5; ++k)
    for (int c = 0; c < 64; ++c) blob.set_data(c * 5 + k, plain.data(k * 64 + c));
  blob.mutable_shape()->set_dim(0, 64);
  blob.mutable_shape()->set_dim(1, 5);
  EXPECT_EQ(turned.logits(), small.logits());
}

TEST(CaffeFile, ParametersThatOpenCvDoesNotKnow) {
  SmallCaffe small;
  small.named("pool").mutable_pooling_param()->set_round_mode(1);
  small.named("fc").mutable_blobs(0)->mutable_shape()->set_dim(1, 48);
  small.named("fc").mutable_blobs(0)->mutable_data()->Truncate(5 * 48);
  small.named("relu").set_type("Clip");
  small.named("relu").mutable_clip_param()->set_min(-0.5f);
  small.named("relu").mutable_clip_param()->set_max(2);
  small.in_place("LRN", "lrn", "conv").mutable_lrn_param()->set_k(2);
  small.net.mutable_layer()->SwapElements(3, small.net.layer_size() - 1);  // before the pooling
  small.net.mutable_layer()->SwapElements(4, small.net.layer_size() - 1);
  small.net.mutable_layer()->SwapElements(5, small.net.layer_size() - 1);
  const WeightFile file = read_caffe(small.bytes());
  const auto op = [&](const std::string& name) {
    for (const Node& node : file.graph->nodes)
      if (node.name == name) return node.op;
    return Op();
  };
  EXPECT_EQ(std::get<Activate>(op("relu")).act, Activation::clip(-0.5f, 2));
  EXPECT_EQ(std::get<Lrn>(op("lrn")).k, 2);
  EXPECT_FALSE(std::get<Pool2d>(op("pool")).ceil_mode);
}

TEST(CaffeFile, TheInputsSize) {
  SmallCaffe small(false);
  EXPECT_EQ(caffe_error(small.bytes()),
            "does not say the size of its input 'data'; name it with --input, such as --input 227x227");
  const auto size_of = [](const WeightFile& file) { return std::get<Input>(file.graph->nodes[0].op); };
  EXPECT_EQ(size_of(read_caffe(small.bytes(), Input{3, 8, 7})), (Input{3, 8, 7}));
  EXPECT_THAT(
      caffe_error(small.bytes(), Input{3, 20, 20}),
      HasSubstr("layer 'fc' (InnerProduct): its blob 0 has the shape [5, 64]; expected [5, 400] (with the "
                "input 3x20x20 that was asked for)"));
  small.net.add_input("data");
  auto& shape = *small.net.add_input_shape();
  for (const int64_t d : {10, 3, 8, 7}) shape.add_dim(d);
  EXPECT_EQ(size_of(read_caffe(small.bytes())), (Input{3, 8, 7}));
  shape.set_dim(2, -8);
  EXPECT_EQ(caffe_error(small.bytes()), "its input 'data' is 3x-8x7; expected 1 to 65536 of each");

  SmallCaffe dummy(false);
  auto& layer = dummy.layer("DummyData", "dummy", CaffeBuilder::Names{}, {"data"});
  layer.mutable_dummy_data_param()->add_channels(3);
  layer.mutable_dummy_data_param()->add_height(8);
  layer.mutable_dummy_data_param()->add_width(7);
  dummy.net.mutable_layer()->SwapElements(0, dummy.net.layer_size() - 1);  // data comes first
  dummy.net.mutable_layer()->SwapElements(1, dummy.net.layer_size() - 1);
  dummy.net.mutable_layer()->SwapElements(2, dummy.net.layer_size() - 1);
  dummy.net.mutable_layer()->SwapElements(3, dummy.net.layer_size() - 1);
  dummy.net.mutable_layer()->SwapElements(4, dummy.net.layer_size() - 1);
  EXPECT_EQ(size_of(read_caffe(dummy.bytes())), (Input{3, 8, 7}));
}

TEST(CaffeFile, WhatFxeHasNotIsListedAtOnce) {
  SmallCaffe small;
  small.named("relu").set_type("ELU");
  small.named("pool").mutable_pooling_param()->set_pool(2);
  small.in_place("LRN", "norm\n", "fc").mutable_lrn_param()->set_norm_region(1);
  small.in_place("ELU", "elu2", "fc");
  small.layer("Reduction", "squares", "fc").mutable_reduction_param()->set_operation(3);
  small.layer("Eltwise", "greatest", {"squares", "fc"}, {"greatest"})
      .mutable_eltwise_param()
      ->set_operation(2);
  small.layer("Power", "square", "greatest").mutable_power_param()->set_power(2);
  EXPECT_EQ(caffe_error(small.bytes()),
            "the net has layers that fxe does not have: ELU ('relu', 'elu2'); Eltwise of the maximum "
            "('greatest'); LRN within a channel ('norm\\x0a'); Power of 2 ('square'); Reduction to the sum "
            "of squares ('squares'); stochastic Pooling ('pool')");
}

// Against the same sums in other layers; numbers are powers of two, so that both round the same.
TEST(CaffeFile, SumsWithCoefficientsAndReductions) {
  const auto power = [](SmallCaffe& s, const char* name, const char* bottom, float scale) {
    s.layer("Power", name, bottom).mutable_power_param()->set_scale(scale);
  };
  const auto last_is = [](SmallCaffe& s, const char* bottom, int64_t c) {
    s.linear("logits", bottom, c, 3);
    return s.logits();
  };
  SmallCaffe weighted, spelled;
  auto& sum = *weighted.layer("Eltwise", "sum", {"fc", "fc", "fc"}, {"sum"}).mutable_eltwise_param();
  for (const float c : {2.0f, 1.0f, -0.5f}) sum.add_coeff(c);
  power(spelled, "twice", "fc", 2);
  power(spelled, "half", "fc", -0.5f);
  spelled.layer("Eltwise", "sum", {"twice", "fc", "half"}, {"sum"});
  EXPECT_EQ(last_is(weighted, "sum", 5), last_is(spelled, "sum", 5));

  for (const auto& [operation, axis, coeff, factor] :
       {std::tuple(1, 2, 1.0f, 16.0f), {1, -2, 0.25f, 4.0f}, {4, 2, -2.0f, -2.0f}}) {
    SmallCaffe reduced, pooled;
    auto& p = *reduced.layer("Reduction", "reduced", "pool").mutable_reduction_param();
    p.set_operation(operation);
    p.set_axis(axis);
    p.set_coeff(coeff);
    pooled.pool("mean", "pool", 1, 4, 4);
    power(pooled, "reduced", "mean", factor);
    EXPECT_EQ(last_is(reduced, "reduced", 4), last_is(pooled, "reduced", 4)) << operation;
  }
}

TEST(CaffeFile, ChainsOfLayersOfOneName) {
  SmallCaffe small;
  for (int i = 0; i < 3; ++i) small.in_place("ReLU", "same", "fc");
  std::vector<std::string> names;
  const WeightFile file = read_caffe(small.bytes());
  for (const Node& node : file.graph->nodes) names.push_back(node.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"same", "same.2", "same.3"}));
}

TEST(CaffeFile, MeanImages) {
  caffe::Blob blob;
  blob.set_num(1);
  blob.set_channels(3);
  blob.set_height(2);
  blob.set_width(4);
  for (int i = 0; i < 24; ++i) blob.add_data(static_cast<float>(i));
  const auto mean = [&] { return read_caffe_mean(as_bytes(blob.SerializeAsString())); };
  const std::string bytes = blob.SerializeAsString();
  const Tensor tensor = read_caffe_mean(as_bytes(bytes));
  EXPECT_EQ(tensor.shape, (Shape{3, 2, 4}));
  EXPECT_EQ(tensor.to_float()[23], 23);
  const auto message = [&] {
    try {
      mean();
      return std::string("NO ERROR");
    } catch (const Error& e) {
      return std::string(e.what());
    }
  };
  blob.set_channels(1);
  EXPECT_EQ(message(), "the mean image has the shape [1, 1, 2, 4] and 96 bytes of f32");
  blob.set_height(6);
  EXPECT_EQ(message(), "expected a mean image of shape [1, 3, h, w], found [1, 6, 4]");
  EXPECT_THROW(read_caffe_mean(as_bytes(bytes.substr(0, 50))), Error);
}

}  // namespace
}  // namespace fxe::test
