// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "layers/graph.h"

namespace fxe {

// Builds a Graph in PyTorch's words: a layer called "layer1.0.conv1" reads "layer1.0.conv1.weight".
//
//   GraphBuilder g;
//   auto x = g.input(3, 224, 224);
//   x = g.conv("conv1", x, {.k = 64, .filter = {7, 7}, .stride = {2, 2}, .pad = same(3)});
//   x = g.batch_norm("bn1", x);
//   return g.finish(g.linear("fc", g.flatten("flatten", g.global_average_pool("avgpool", x)), 1000));
class GraphBuilder {
 public:
  enum class Bias { no, yes };

  ValueId input(int64_t c, int64_t h, int64_t w);
  ValueId conv(const std::string& name, ValueId x, Conv2d op,
               Bias bias = Bias::no);  // names the weights
  ValueId batch_norm(const std::string& name, ValueId x, double epsilon = 1e-5);
  // A parameter of exactly this name in the file: y = x * scale, per channel.
  ValueId layer_scale(const std::string& name, ValueId x);
  ValueId layer_norm(const std::string& name, ValueId x, double epsilon = 1e-5);       // over channels
  ValueId linear(const std::string& name, ValueId x, int64_t k, Activation act = {});  // with bias
  ValueId relu(const std::string& name, ValueId x) { return activate(name, x, Activation::relu()); }
  ValueId activate(const std::string& name, ValueId x, Activation act);
  ValueId prelu(const std::string& name, ValueId x);  // one slope per channel
  ValueId max_pool(const std::string& name, ValueId x, int64_t size, int64_t stride, int64_t pad = 0);
  ValueId global_average_pool(const std::string& name, ValueId x);
  ValueId add(const std::string& name, ValueId a, ValueId b, Activation act = {});
  ValueId channel_gate(const std::string& name, ValueId x, ValueId gate);
  ValueId concat(const std::string& name, std::vector<ValueId> inputs);
  ValueId channel_shuffle(const std::string& name, ValueId x, int64_t groups);
  ValueId channel_slice(const std::string& name, ValueId x, int64_t first, int64_t count);
  ValueId flatten(const std::string& name, ValueId x);
  ValueId node(const std::string& name, Op op, std::vector<ValueId> inputs);  // any other operation

  // Shape of a value at batch 1, for builders that need it.
  const Shape& shape(ValueId x) const { return shapes_[static_cast<size_t>(x)]; }
  Graph finish(ValueId output);

 private:
  Graph graph_;
  std::vector<Shape> shapes_;  // at batch 1; found as layers are added, so that an error points at its cause
};

inline Padding2 same(int64_t pad) { return {pad, pad, pad, pad}; }

}  // namespace fxe
