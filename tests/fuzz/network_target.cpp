// SPDX-License-Identifier: Apache-2.0
// A graph that runs: read, given weights, optimised, planned and executed.
#include "layers/cpu/cpu_backend.h"
#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "tests/fuzz/target.h"
#include "tests/support/models.h"
#include "weights_converter/graph_json/graph_json.h"

namespace fxe::fuzz {

namespace {

constexpr int64_t kMostElements = 1 << 14, kMostMultiplyAdds = 1 << 19;
constexpr int64_t kBatch = 2;

// Small enough for the long form to run thousands of times a second.
void expect_small(const Graph& graph) {
  const auto shapes = infer_shapes(graph, kBatch);
  int64_t elements = 0, work = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::vector<Shape> inputs = input_shapes(graph.nodes[i], shapes);
    elements += shapes[i].elements();
    for (const WeightUse& use : weights_of(graph.nodes[i].op, inputs)) elements += use.shape.elements();
    work += multiply_adds(graph.nodes[i].op, inputs);
    if (elements > kMostElements || work > kMostMultiplyAdds) throw bad_input("a large network");
  }
}

void run(Bytes input) {
  const Graph graph = graph_from_json(as_text(input));
  expect_small(graph);
  const Model model = optimize(test::with_random_weights(graph, 1));
  const auto images = test::random_images(model, kBatch, 1);
  static cpu::CpuBackend cpu(2, Precision::fp32);
  const auto found = run_model(model, cpu, images, kBatch);
  if (found.size() != static_cast<size_t>(kBatch * model.classes())) throw std::logic_error("other classes");
  touch(std::as_bytes(std::span(found)));
}

std::vector<std::string> seeds() {
  std::vector<std::string> texts;
  for (uint64_t seed = 1; texts.size() < 12; ++seed) {
    const Graph graph = test::random_model(seed).graph;
    try {
      expect_small(graph);
    } catch (const Error&) {
      continue;
    }
    const std::string text = graph_to_json(graph);
    if (text.size() <= 8192) texts.push_back(text);
  }
  return texts;
}

}  // namespace

Target network() { return {"network", 8192, run, seeds}; }

}  // namespace fxe::fuzz
