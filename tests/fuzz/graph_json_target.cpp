// SPDX-License-Identifier: Apache-2.0
#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "tests/fuzz/target.h"
#include "weights_converter/graph_json/graph_json.h"

namespace fxe::fuzz {

namespace {

// Reading, writing and reading again must give the same text; what the graph means is checked as for a file
// without tensors.
void run(Bytes input) {
  const Graph graph = graph_from_json(as_text(input));
  const std::string text = graph_to_json(graph);
  if (graph_to_json(graph_from_json(text)) != text) throw std::logic_error("another graph when read again");
  infer_shapes(graph, 3);
  optimize(bind_weights(graph, {}, "no tensors"));
}

Graph every_operation() {
  GraphBuilder g;
  auto x = g.input(3, 20, 20);
  x = g.relu("relu", g.batch_norm("bn", g.conv("conv", x, {.k = 8, .filter = {3, 3}, .pad = same(1)})));
  const auto y =
      g.conv("conv2", x, {.k = 8, .groups = 4, .act = Activation::leaky_relu(0.1f)}, GraphBuilder::Bias::yes);
  x = g.add("add", x, y, Activation::relu6());
  x = g.node("lrn", Lrn{.size = 5}, {g.max_pool("pool", x, 2, 2)});
  x = g.node("join", Concat{},
             {x, g.node("pad", ShortcutPad{.stride = {1, 1}, .before = 1, .after = 2}, {x})});
  x = g.linear("fc", g.flatten("flatten", g.global_average_pool("gap", x)), 5);
  return g.finish(g.node("softmax", Softmax{}, {x}));
}

Graph without_weights() {
  GraphBuilder g;
  auto x = g.input(2, 7, 5);
  x = g.node("pool",
             Pool2d{.kind = Pool2d::Kind::average, .filter = {2, 3}, .stride = {2, 1}, .ceil_mode = true},
             {x});
  x = g.add("add", x, g.activate("clip", x, Activation::clip(-1, 2.5f)));
  return g.finish(g.flatten("flatten", g.global_average_pool("gap", x)));
}

std::vector<std::string> seeds() {
  return {
      graph_to_json(every_operation()), graph_to_json(without_weights()),
      R"({"schema":"fxe.graph/1","output":1,"nodes":[{"name":"x","op":"input","inputs":[],"c":1,"h":2,"w":3},)"
      R"({"name":"y","op":"flatten","inputs":[0]}]})"};
}

}  // namespace

Target graph_json() { return {"graph_json", 4096, run, seeds}; }

}  // namespace fxe::fuzz
