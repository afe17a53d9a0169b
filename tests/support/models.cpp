// SPDX-License-Identifier: Apache-2.0
#include "tests/support/models.h"

#include <fmt/format.h>

#include <cmath>

#include "layers/graph_builder.h"

namespace fxe::test {

namespace {

std::vector<float> make_weight(Random& random, const Op& op, const WeightUse& use) {
  const auto count = static_cast<size_t>(use.shape.elements());
  if (const auto* norm = std::get_if<BatchNorm>(&op)) {
    if (use.name == norm->scale) return normals(random, count, 0.2, 1);
    if (use.name == norm->variance) {
      std::vector<float> values(count);
      for (float& v : values) v = static_cast<float>(0.5 + random.uniform());
      return values;
    }
  }
  const auto* layer_norm = std::get_if<LayerNorm>(&op);
  const auto* scale = std::get_if<Scale>(&op);
  if ((layer_norm && use.name == layer_norm->scale) || (scale && use.name == scale->scale))
    return normals(random, count, 0.2, 1);
  if (use.shape.rank() == 1) return normals(random, count, 0.2);
  const double fan_in = static_cast<double>(use.shape.elements() / use.shape[0]);
  const double largest = std::sqrt(3 * 2 / fan_in);  // of a uniform distribution with variance 2 / fan_in
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(largest * (2 * random.uniform() - 1));
  return values;
}

class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed) : random_(seed, "graph") {}

  Graph build() {
    values_ = {builder_.input(random_.integer(1, 6), random_.integer(6, 12), random_.integer(6, 12))};
    const int64_t count = random_.integer(4, 24);
    for (int64_t i = 0; i < count; ++i) values_.push_back(layer(fmt::format("layer{}", i)));
    ValueId x = values_.back();
    if (random_.integer(0, 1)) x = builder_.global_average_pool("avgpool", x);
    x = builder_.flatten("flatten", x);
    x = builder_.linear("fc", x, 7, random_.integer(0, 1) ? Activation::relu() : Activation::none());
    if (random_.integer(0, 1))
      x = builder_.node("norm", BatchNorm{"fc_norm.a", "fc_norm.b", "fc_norm.m", "fc_norm.v"}, {x});
    if (random_.integer(0, 2) == 0) x = builder_.node("softmax", Softmax{}, {x});
    return builder_.finish(x);
  }

 private:
  // Usually one of the newest values, so that chains grow long, and sometimes any.
  ValueId pick() {
    const auto last = static_cast<int64_t>(values_.size()) - 1;
    const int64_t first = random_.integer(0, 3) == 0 ? 0 : std::max<int64_t>(last - 2, 0);
    return values_[static_cast<size_t>(random_.integer(first, last))];
  }

  ValueId layer(const std::string& name) {
    const ValueId x = pick();
    const Shape shape = builder_.shape(x);
    switch (random_.integer(0, 18)) {
      case 0:
      case 1:
      case 2:
        return convolution(name, x, shape);
      case 3:
      case 4:
        return builder_.batch_norm(name, x);
      case 5:
        return builder_.relu(name, x);
      case 6:
        return builder_.activate(name, x, Activation::leaky_relu(0.1f));
      case 7:
        if (shape[2] < 3 || shape[3] < 3) return builder_.relu(name, x);
        return builder_.node(name,
                             Pool2d{.kind = random_.integer(0, 1) ? Pool2d::Kind::max : Pool2d::Kind::average,
                                    .filter = {3, 3},
                                    .stride = {1 + shape[2] / 6, 1 + shape[3] / 6},
                                    .pad = {1, 1, 1, 1},
                                    .ceil_mode = random_.integer(0, 1) == 1},
                             {x});
      case 8:
        return builder_.node(name, Lrn{.size = 3, .alpha = 0.1f}, {x});
      case 9:
        if (shape[1] > 24) return builder_.relu(name, x);
        return builder_.node(name, Concat{}, {x, same_as(x, /*channels_too=*/false)});
      case 12:
        return builder_.activate(name, x, curve());
      case 13:
        return random_.integer(0, 1) ? builder_.layer_scale(name + ".gamma", x) : builder_.prelu(name, x);
      case 14:
        if (shape[1] < 3) return builder_.relu(name, x);  // of a single channel nothing is left
        return builder_.layer_norm(name, x);
      case 15:
        return gated(name, x);
      case 16:
        if (shape[1] < 2) return builder_.relu(name, x);
        return builder_.channel_slice(name, x, random_.integer(0, 1), shape[1] / 2);
      case 17:
        return builder_.channel_shuffle(name, x, shape[1] % 2 ? shape[1] : 2);
      case 18:
        if (shape[2] > 12) return builder_.relu(name, x);
        return builder_.node(name, ZeroPad{{0, 1, 1, 0}}, {x});
      default:
        return builder_.add(name, x, same_as(x, true),
                            random_.integer(0, 1) ? Activation::relu() : Activation::none());
    }
  }

  Activation curve() {
    const Activation curves[] = {Activation::sigmoid(), Activation::hard_sigmoid(), Activation::hard_swish(),
                                 Activation::silu(),    Activation::gelu(),         Activation::gelu_tanh()};
    return curves[random_.integer(0, 5)];
  }

  // Squeeze and excitation.
  ValueId gated(const std::string& name, ValueId x) {
    ValueId gate = builder_.global_average_pool(name + ".squeeze", x);
    if (random_.integer(0, 1)) gate = builder_.flatten(name + ".flatten", gate);
    if (builder_.shape(gate).rank() == 2)
      gate = builder_.linear(name + ".excite", gate, builder_.shape(x)[1]);
    else
      gate = builder_.conv(name + ".excite", gate, {.k = builder_.shape(x)[1]}, GraphBuilder::Bias::yes);
    return builder_.channel_gate(name, x, builder_.activate(name + ".sigmoid", gate, Activation::sigmoid()));
  }

  ValueId convolution(const std::string& name, ValueId x, const Shape& shape) {
    const bool keeps_shape = random_.integer(0, 1) == 1;
    Conv2d op{.k = keeps_shape ? shape[1] : random_.integer(1, 12)};
    if (random_.integer(0, 1)) op.filter = {3, 3}, op.pad = same(1);
    if (!keeps_shape && shape[2] > 4) op.stride = {2, 2};
    if (keeps_shape && random_.integer(0, 3) == 0) op.groups = shape[1];
    return builder_.conv(name, x, op,
                         random_.integer(0, 1) ? GraphBuilder::Bias::yes : GraphBuilder::Bias::no);
  }

  // Any value with the shape of x, maybe x itself.
  ValueId same_as(ValueId x, bool channels_too) {
    std::vector<ValueId> candidates;
    for (const ValueId v : values_) {
      Shape shape = builder_.shape(v);
      if (!channels_too) shape[1] = builder_.shape(x)[1];
      if (shape == builder_.shape(x)) candidates.push_back(v);
    }
    return candidates[static_cast<size_t>(random_.integer(0, static_cast<int64_t>(candidates.size()) - 1))];
  }

  Random random_;
  GraphBuilder builder_;
  std::vector<ValueId> values_;
};

}  // namespace

Model with_random_weights(Graph graph, uint64_t seed) {
  const std::vector<Shape> shapes = infer_shapes(graph, 1);
  TensorMap weights;
  for (const Node& node : graph.nodes) {
    for (const WeightUse& use : weights_of(node.op, input_shapes(node, shapes))) {
      Random random(seed, use.name);
      weights[use.name] = Tensor::from_floats(use.shape, make_weight(random, node.op, use));
    }
  }
  return bind_weights(std::move(graph), std::move(weights), "random weights");
}

Model random_model(uint64_t seed) { return with_random_weights(RandomGraph(seed).build(), seed); }

std::vector<float> random_images(const Model& model, int64_t n, uint64_t seed) {
  const Input in = model.input();
  Random random(seed, "images");
  return normals(random, static_cast<size_t>(n * in.c * in.h * in.w));
}

}  // namespace fxe::test
