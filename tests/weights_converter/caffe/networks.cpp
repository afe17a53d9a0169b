// SPDX-License-Identifier: Apache-2.0
#include "tests/weights_converter/caffe/networks.h"

namespace fxe::test {

namespace {

constexpr int kMaxPool = 0, kAveragePool = 1;

// CaffeNet pools before it normalises, AlexNet after.
CaffeCase alexnet(const std::string& name, int64_t narrow, bool caffenet) {
  CaffeBuilder b(7);
  const int64_t c1 = 96 / narrow, c2 = 256 / narrow, c3 = 384 / narrow, fc = 4096 / narrow;
  const auto stage = [&](const std::string& i, std::string x) {
    if (!caffenet) x = b.lrn("norm" + i, x).top(0);
    x = b.pool("pool" + i, x, kMaxPool, 3, 2).top(0);
    return caffenet ? b.lrn("norm" + i, x).top(0) : x;
  };
  std::string x = b.input(3, 227, 227);
  b.conv("conv1", x, 3, {.k = c1, .filter = 11, .stride = 4});
  b.in_place("ReLU", "relu1", "conv1");
  x = stage("1", "conv1");
  b.conv("conv2", x, c1, {.k = c2, .filter = 5, .pad = 2, .groups = 2});
  b.in_place("ReLU", "relu2", "conv2");
  x = stage("2", "conv2");
  b.conv("conv3", x, c2, {.k = c3, .filter = 3, .pad = 1});
  b.in_place("ReLU", "relu3", "conv3");
  b.conv("conv4", "conv3", c3, {.k = c3, .filter = 3, .pad = 1, .groups = 2});
  b.in_place("ReLU", "relu4", "conv4");
  b.conv("conv5", "conv4", c3, {.k = c2, .filter = 3, .pad = 1, .groups = 2});
  b.in_place("ReLU", "relu5", "conv5");
  b.pool("pool5", "conv5", kMaxPool, 3, 2);
  b.linear("fc6", "pool5", c2 * 36, fc);
  b.in_place("ReLU", "relu6", "fc6");
  b.in_place("Dropout", "drop6", "fc6");
  b.linear("fc7", "fc6", fc, fc);
  b.in_place("ReLU", "relu7", "fc7");
  b.in_place("Dropout", "drop7", "fc7");
  b.linear("fc8", "fc7", fc, kCaffeClasses);
  b.layer("Softmax", "prob", "fc8");
  return {name, b.net, 3, 227, 227};
}

// He et al. 2015, as published for Caffe: the stride is in the first 1x1 convolution, and every BatchNorm has
// its Scale.
CaffeCase resnet(const std::string& name, int64_t narrow, const std::vector<int>& blocks, int64_t size) {
  CaffeBuilder b(8);
  const auto conv = [&](const std::string& suffix, const std::string& x, int64_t c, CaffeBuilder::Conv how,
                        bool relu) {
    const std::string conv_name = "res" + suffix;
    how.bias = false;
    b.conv(conv_name, x, c, how);
    b.norm("bn" + suffix, "scale" + suffix, conv_name, how.k, 999.98f, relu ? 1 : 0.4);
    if (relu) b.in_place("ReLU", conv_name + "_relu", conv_name);
    return conv_name;
  };
  std::string x = b.input(3, size, size);
  int64_t c = 64 / narrow, left = (size - 1) / 2 + 1;  // pixels
  b.conv("conv1", x, 3, {.k = c, .filter = 7, .stride = 2, .pad = 3});
  b.norm("bn_conv1", "scale_conv1", "conv1", c);
  b.in_place("ReLU", "conv1_relu", "conv1");
  x = b.pool("pool1", "conv1", kMaxPool, 3, 2).top(0);
  left = (left - 3 + 1) / 2 + 1;
  for (size_t stage = 0; stage < blocks.size(); ++stage) {
    if (stage > 0) left = (left - 1) / 2 + 1;
    const int64_t k = (64 << stage) / narrow;
    for (int i = 0; i < blocks[stage]; ++i) {
      const std::string block = std::to_string(stage + 2) + (i == 0 ? "a" : "b" + std::to_string(i));
      const int64_t stride = i == 0 && stage > 0 ? 2 : 1;
      std::string shortcut = x;
      if (i == 0)
        shortcut = conv(block + "_branch1", x, c, {.k = 4 * k, .filter = 1, .stride = stride}, false);
      std::string y = conv(block + "_branch2a", x, c, {.k = k, .filter = 1, .stride = stride}, true);
      y = conv(block + "_branch2b", y, k, {.k = k, .filter = 3, .pad = 1}, true);
      y = conv(block + "_branch2c", y, k, {.k = 4 * k, .filter = 1}, false);
      x = "res" + block;
      b.layer("Eltwise", x, {shortcut, y}, {x});
      b.in_place("ReLU", x + "_relu", x);
      c = 4 * k;
    }
  }
  b.pool("pool5", x, kAveragePool, left, 1);
  b.linear("fc1000", "pool5", c, kCaffeClasses);
  b.layer("Softmax", "prob", "fc1000");
  return {name, b.net, 3, size, size};
}

struct Fire {
  int64_t squeeze, expand;
};

CaffeCase squeezenet(const std::string& name, int64_t narrow, bool v11, int64_t size) {
  CaffeBuilder b(9);
  std::string x = b.input(3, size, size);
  int64_t c = (v11 ? 64 : 96) / narrow;
  b.conv("conv1", x, 3, {.k = c, .filter = v11 ? 3 : 7, .stride = 2});
  b.in_place("ReLU", "relu_conv1", "conv1");
  x = b.pool("pool1", "conv1", kMaxPool, 3, 2).top(0);
  constexpr Fire kFires[] = {{16, 64},  {16, 64},  {32, 128}, {32, 128},
                             {48, 192}, {48, 192}, {64, 256}, {64, 256}};
  for (int i = 0; i < 8; ++i) {
    const int number = i + 2;
    const std::string fire = "fire" + std::to_string(number) + "/";
    const int64_t s = kFires[i].squeeze / narrow, e = kFires[i].expand / narrow;
    const auto conv = [&](const std::string& part, const std::string& in, int64_t channels,
                          const CaffeBuilder::Conv& how) {
      b.conv(fire + part, in, channels, how);
      b.in_place("ReLU", fire + "relu_" + part, fire + part);
    };
    conv("squeeze1x1", x, c, {.k = s, .filter = 1});
    conv("expand1x1", fire + "squeeze1x1", s, {.k = e, .filter = 1});
    conv("expand3x3", fire + "squeeze1x1", s, {.k = e, .filter = 3, .pad = 1});
    x = fire + "concat";
    b.layer("Concat", x, {fire + "expand1x1", fire + "expand3x3"}, {x});
    c = 2 * e;
    if (v11 ? number == 3 || number == 5 : number == 4 || number == 8)
      x = b.pool("pool" + std::to_string(number), x, kMaxPool, 3, 2).top(0);
  }
  b.in_place("Dropout", "drop9", x);
  b.conv("conv10", x, c, {.k = kCaffeClasses, .filter = 1, .pad = v11 ? 0 : 1});
  b.in_place("ReLU", "relu_conv10", "conv10");
  auto& pool = *b.layer("Pooling", "pool10", "conv10").mutable_pooling_param();
  pool.set_pool(kAveragePool);
  pool.set_global_pooling(true);
  b.layer("Softmax", "prob", "pool10");
  return {name, b.net, 3, size, size};
}

}  // namespace

std::vector<CaffeCase> caffe_networks(int64_t narrow) {
  const bool whole = narrow == 1;
  const int64_t resnet_size = whole ? 224 : 97, squeezenet_size = whole ? 227 : 131;
  std::vector<CaffeCase> cases{alexnet("alexnet", narrow, false),
                               alexnet("caffenet", narrow, true),
                               resnet("resnet50", narrow, {3, 4, 6, 3}, resnet_size),
                               resnet("resnet101", narrow, {3, 4, 23, 3}, resnet_size),
                               resnet("resnet152", narrow, {3, 8, 36, 3}, resnet_size),
                               squeezenet("squeezenet1.0", narrow, false, squeezenet_size),
                               squeezenet("squeezenet1.1", narrow, true, squeezenet_size)};
  return cases;
}

}  // namespace fxe::test
