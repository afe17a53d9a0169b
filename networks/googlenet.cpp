// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/registry.h"

namespace fxe {

namespace {

constexpr const char *kTransformScale = "transform_input.scale", *kTransformShift = "transform_input.shift";

// Channels of the four branches: 1x1; 3x3 after a 1x1; torchvision's second 3x3 in place of the paper's 5x5;
// 1x1 after pooling.
struct Inception {
  int64_t one, reduce, three, reduce_second, second, pooled;
};

class Builder {
 public:
  Graph build(const NetworkOptions& options) {
    auto x = g_.input(3, options.input.h, options.input.w);
    if (options.transform_input)
      x = g_.node("transform_input", Scale{.scale = kTransformScale, .shift = kTransformShift}, {x});
    x = pool("maxpool1", conv("conv1", x, 64, 7, 2), 3, 2);
    x = conv("conv2", x, 64, 1);
    x = pool("maxpool2", conv("conv3", x, 192, 3), 3, 2);
    x = inception("inception3a", x, {64, 96, 128, 16, 32, 32});
    x = inception("inception3b", x, {128, 128, 192, 32, 96, 64});
    x = pool("maxpool3", x, 3, 2);
    x = inception("inception4a", x, {192, 96, 208, 16, 48, 64});
    x = inception("inception4b", x, {160, 112, 224, 24, 64, 64});
    x = inception("inception4c", x, {128, 128, 256, 24, 64, 64});
    x = inception("inception4d", x, {112, 144, 288, 32, 64, 64});
    x = inception("inception4e", x, {256, 160, 320, 32, 128, 128});
    x = pool("maxpool4", x, 2, 2);
    x = inception("inception5a", x, {256, 160, 320, 32, 128, 128});
    x = inception("inception5b", x, {384, 192, 384, 48, 128, 128});
    x = g_.flatten("flatten", g_.global_average_pool("avgpool", x));
    return g_.finish(g_.linear("fc", x, options.classes));
  }

 private:
  ValueId conv(const std::string& name, ValueId x, int64_t k, int64_t size, int64_t stride = 1) {
    x = g_.conv(name + ".conv", x,
                {.k = k, .filter = {size, size}, .stride = {stride, stride}, .pad = same(size / 2)});
    return g_.relu(name + ".relu", g_.batch_norm(name + ".bn", x, 1e-3));
  }

  ValueId pool(const std::string& name, ValueId x, int64_t size, int64_t stride, int64_t pad = 0) {
    return g_.node(
        name, Pool2d{.filter = {size, size}, .stride = {stride, stride}, .pad = same(pad), .ceil_mode = true},
        {x});
  }

  ValueId inception(const std::string& name, ValueId x, const Inception& k) {
    const auto one = conv(name + ".branch1", x, k.one, 1);
    const auto three = conv(name + ".branch2.1", conv(name + ".branch2.0", x, k.reduce, 1), k.three, 3);
    const auto second =
        conv(name + ".branch3.1", conv(name + ".branch3.0", x, k.reduce_second, 1), k.second, 3);
    const auto pooled = conv(name + ".branch4.1", pool(name + ".branch4.0", x, 3, 1, 1), k.pooled, 1);
    return g_.node(name, Concat{}, {one, three, second, pooled});
  }

  GraphBuilder g_;
};

}  // namespace

Graph googlenet(const NetworkOptions& options) { return Builder().build(options); }

void add_constants(const Graph& graph, TensorMap& tensors) {
  if (graph.nodes.size() < 2 || graph.nodes[1].name != "transform_input") return;
  // (pixel - 0.5) / 0.5 in terms of (pixel - mean) / deviation.
  std::vector<float> scale, shift;
  for (const auto& [mean, deviation] : {std::pair{0.485, 0.229}, {0.456, 0.224}, {0.406, 0.225}}) {
    scale.push_back(static_cast<float>(deviation / 0.5));
    shift.push_back(static_cast<float>((mean - 0.5) / 0.5));
  }
  tensors.try_emplace(kTransformScale, Tensor::from_floats({3}, scale));
  tensors.try_emplace(kTransformShift, Tensor::from_floats({3}, shift));
}

}  // namespace fxe
