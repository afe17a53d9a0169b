// SPDX-License-Identifier: Apache-2.0
// Caffemodels that are damaged, or say something impossible.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/weights_converter/caffe/small.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

TEST(HostileCaffe, NetsThatContradictThemselves) {
  const auto error_with = [](auto change) {
    SmallCaffe small;
    change(small);
    return caffe_error(small.bytes());
  };
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("pool").set_bottom(0, "nothing"); }),
            "layer 'pool' (Pooling): reads 'nothing', which no layer makes");
  EXPECT_EQ(error_with([](SmallCaffe& s) {
              s.net.mutable_layer()->DeleteSubrange(0, 1);
              s.layer("Eltwise", "two", {"fc", "other"}, {"two"});
            }),
            "the net reads 2 inputs: 'data', 'other'; fxe runs models of one image");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("conv").set_bottom(0, "pool"); }),
            "layer 'conv' (Convolution): reads 'pool', which layer 'pool' makes after it");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("fc").set_top(0, "conv"); }),
            "layer 'fc' (InnerProduct): makes 'conv', which exists already; a blob is made once, or changed "
            "in place");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.layer("Reduction", "all", "pool"); }),
            "layer 'all' (Reduction): reduces [1, 4, 4, 4] from axis 0 on; fxe reduces h and w of an image "
            "(axis 2)");
  EXPECT_EQ(error_with([](SmallCaffe& s) {
              s.layer("Eltwise", "sum", {"fc", "fc"}, {"sum"}).mutable_eltwise_param()->add_coeff(2);
            }),
            "layer 'sum' (Eltwise): has 1 coefficients for 2 bottoms");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("pool").add_include()->set_phase(0); }),
            "layer 'fc' (InnerProduct): reads 'pool', which layer 'pool' makes in the training phase only");
  EXPECT_EQ(
      error_with([](SmallCaffe& s) { s.named("conv").clear_blobs(); }),
      "layer 'conv' (Convolution): has no weights; expected 2 blobs: is this the net's description without "
      "them?");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("conv").add_blobs(); }),
            "layer 'conv' (Convolution): has 3 blobs; expected 2");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("conv").mutable_blobs(0)->mutable_data()->RemoveLast(); }),
            "layer 'conv' (Convolution): its blob 0 has the shape [4, 3, 3, 3] and 428 bytes of f32");
  EXPECT_EQ(
      error_with([](SmallCaffe& s) { s.named("conv").mutable_blobs(0)->mutable_shape()->set_dim(0, 8); }),
      "layer 'conv' (Convolution): its blob 0 has the shape [8, 3, 3, 3] and 432 bytes of f32");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("conv").mutable_convolution_param()->set_group(2); }),
            "layer 'conv' (Convolution): its group 2 does not divide the 3 channels");
  EXPECT_EQ(
      error_with([](SmallCaffe& s) { s.named("conv").mutable_convolution_param()->set_num_output(-4); }),
      "layer 'conv' (Convolution): num_output is -4; expected 1 or more");
  EXPECT_EQ(
      error_with([](SmallCaffe& s) { s.named("conv").mutable_convolution_param()->clear_kernel_size(); }),
      "layer 'conv' (Convolution): needs a kernel");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("conv").mutable_convolution_param()->set_kernel_h(3); }),
            "layer 'conv' (Convolution): has one of kernel_h and kernel_w");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("conv").mutable_convolution_param()->add_stride(0); }),
            "layer 'conv' (Convolution): stride is 0; expected 1 to 1048576");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("pool").mutable_pooling_param()->set_stride(5); }),
            "layer 'pool' (Pooling): a window of 2 at stride 5 begins past the 8 pixels");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("pool").mutable_pooling_param()->set_pad(2); }),
            "layer 'pool' (Pooling): its padding is not smaller than its window");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.named("fc").clear_bottom(); }),
            "the net reads 0 inputs; fxe runs models of one image");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.net.mutable_layer()->DeleteSubrange(1, 5); }),
            "the net has no layers that compute anything");
  EXPECT_EQ(error_with([](SmallCaffe& s) { s.net.add_layers()->set_type(4); }),
            "has layers of both of Caffe's forms, 'layers' and 'layer'; expected one");
  EXPECT_EQ(error_with([](SmallCaffe& s) {
              s.net.clear_layer();
              s.net.add_layers()->set_v0_layer("");
            }),
            "is of Caffe's first format (V0LayerParameter); bring it up to date with Caffe's "
            "upgrade_net_proto_binary");
}

// Every prefix is either a complete net of fewer layers or damaged: an error of one line, never more.
TEST(HostileCaffe, TruncatedAnywhere) {
  const std::string bytes = SmallCaffe().bytes();
  int damaged = 0;
  for (size_t size = 1; size < bytes.size(); size += size < 200 ? 1 : 37)
    damaged += caffe_error(bytes.substr(0, size)) != "NO ERROR";
  EXPECT_GT(damaged, 150);
  EXPECT_THAT(caffe_error(bytes.substr(0, bytes.size() / 2)), HasSubstr("is not a whole caffemodel"));
}

TEST(HostileCaffe, DamagedAnywhere) {
  const std::string bytes = SmallCaffe().bytes();
  Random random(17);
  for (int i = 0; i < 600; ++i) {
    std::string damaged = bytes;
    for (int64_t n = random.integer(1, 4); n > 0; --n)
      damaged[static_cast<size_t>(random.integer(0, static_cast<int64_t>(bytes.size()) - 1))] =
          static_cast<char>(random.integer(0, 255));
    caffe_error(damaged);  // what it says is checked there; some damage does no harm
  }
}

// Two bytes per layer, or bottom, cost far more once they are parsed.
TEST(HostileCaffe, ManyEmptyMessagesAreRefusedBeforeTheyAreParsed) {
  std::string layers, bottoms;
  for (int i = 0; i < 200'000; ++i) layers += std::string("\x12\x00", 2);
  EXPECT_THAT(caffe_error(layers), HasSubstr("layers, blobs and names or more; expected at most 131072"));
  caffe::Net net;
  for (int i = 0; i < 200'000; ++i)
    net.mutable_layer()->empty() ? net.add_layer()->add_bottom("") : net.mutable_layer(0)->add_bottom("");
  EXPECT_THAT(caffe_error(net.SerializeAsString()), HasSubstr("expected at most 131072"));
}

}  // namespace
}  // namespace fxe::test
