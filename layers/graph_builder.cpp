// SPDX-License-Identifier: Apache-2.0
#include "layers/graph_builder.h"

#include "engine/error.h"

namespace fxe {

ValueId GraphBuilder::node(const std::string& name, Op op, std::vector<ValueId> inputs) {
  std::vector<Shape> shapes;
  for (const ValueId id : inputs) {
    if (id < 0 || static_cast<size_t>(id) >= shapes_.size())
      throw bad_input("layer '{}' reads value {}, but there are {}", name, id, shapes_.size());
    shapes.push_back(shape(id));
  }
  try {
    shapes_.push_back(output_shape(op, shapes));
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("layer '{}' ({}): {}", name, op_str(op), e.what()));
  }
  graph_.nodes.push_back({name, std::move(op), std::move(inputs)});
  return static_cast<ValueId>(shapes_.size() - 1);
}

ValueId GraphBuilder::input(int64_t c, int64_t h, int64_t w) {
  if (!shapes_.empty()) throw bad_input("a network has one input, and it comes first");
  graph_.nodes.push_back({"input", Input{c, h, w}, {}});
  shapes_ = infer_shapes(graph_, 1);
  return 0;
}

ValueId GraphBuilder::conv(const std::string& name, ValueId x, Conv2d op, Bias bias) {
  op.weight = name + ".weight";
  if (bias == Bias::yes) op.bias = name + ".bias";
  return node(name, std::move(op), {x});
}

ValueId GraphBuilder::batch_norm(const std::string& name, ValueId x, double epsilon) {
  return node(
      name,
      BatchNorm{name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var", epsilon},
      {x});
}

ValueId GraphBuilder::layer_scale(const std::string& name, ValueId x) {
  return node(name, Scale{.scale = name}, {x});
}

ValueId GraphBuilder::layer_norm(const std::string& name, ValueId x, double epsilon) {
  return node(name, LayerNorm{name + ".weight", name + ".bias", epsilon}, {x});
}

ValueId GraphBuilder::linear(const std::string& name, ValueId x, int64_t k, Activation act) {
  return node(name, Linear{k, name + ".weight", name + ".bias", act}, {x});
}

ValueId GraphBuilder::activate(const std::string& name, ValueId x, Activation act) {
  return node(name, Activate{act}, {x});
}

ValueId GraphBuilder::prelu(const std::string& name, ValueId x) {
  return node(name, PRelu{name + ".weight"}, {x});
}

ValueId GraphBuilder::max_pool(const std::string& name, ValueId x, int64_t size, int64_t stride,
                               int64_t pad) {
  return node(name, Pool2d{.filter = {size, size}, .stride = {stride, stride}, .pad = same(pad)}, {x});
}

ValueId GraphBuilder::global_average_pool(const std::string& name, ValueId x) {
  return node(name, GlobalAveragePool{}, {x});
}

ValueId GraphBuilder::add(const std::string& name, ValueId a, ValueId b, Activation act) {
  return node(name, Add{act}, {a, b});
}

ValueId GraphBuilder::channel_gate(const std::string& name, ValueId x, ValueId gate) {
  return node(name, ChannelGate{}, {x, gate});
}

ValueId GraphBuilder::concat(const std::string& name, std::vector<ValueId> inputs) {
  return node(name, Concat{}, std::move(inputs));
}

ValueId GraphBuilder::channel_shuffle(const std::string& name, ValueId x, int64_t groups) {
  return node(name, ChannelShuffle{groups}, {x});
}

ValueId GraphBuilder::channel_slice(const std::string& name, ValueId x, int64_t first, int64_t count) {
  return node(name, ChannelSlice{first, count}, {x});
}

ValueId GraphBuilder::flatten(const std::string& name, ValueId x) { return node(name, Flatten{}, {x}); }

Graph GraphBuilder::finish(ValueId output) {
  graph_.output = output;
  infer_shapes(graph_, 1);
  shapes_.clear();
  return std::exchange(graph_, {});
}

}  // namespace fxe
