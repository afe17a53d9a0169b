// SPDX-License-Identifier: Apache-2.0
#include "layers/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "layers/graph_builder.h"
#include "layers/run_plan.h"
#include "tests/support/compare.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

struct Host {
  std::unique_ptr<Backend> backend;
  uint64_t seeds;  // how many random networks
};

// Few seeds on two threads: on a busy machine each of the many small loops may wait for the other
// thread's turn.
std::vector<Host> host_backends() {
  std::vector<Host> hosts;
  hosts.push_back({make_reference_backend(), 60});
  hosts.push_back({make_cpu_backend(1), 60});
  hosts.push_back({make_cpu_backend(2), 6});
  return hosts;
}

// The last layer that reads each value; past the end for the network's output.
std::vector<size_t> last_reads(const Graph& graph) {
  std::vector<size_t> last(graph.nodes.size());
  for (size_t i = 0; i < last.size(); ++i) {
    last[i] = i;
    for (const ValueId id : graph.nodes[i].inputs) last[static_cast<size_t>(id)] = i;
  }
  last[static_cast<size_t>(graph.output)] = graph.nodes.size();
  return last;
}

bool reads(const Node& node, size_t value) {
  return std::count(node.inputs.begin(), node.inputs.end(), static_cast<ValueId>(value)) > 0;
}

// No two values alive at once share a byte, except for one that its last reader replaces in place.
void expect_no_live_overlap(const Model& model, const Plan& plan) {
  const auto last = last_reads(model.graph);
  const auto& layers = plan.layers();
  for (size_t j = 0; j < last.size(); ++j) {
    if (layers[j].place != Plan::Place::arena) continue;
    EXPECT_EQ(layers[j].offset_bytes % kBufferAlignment, 0u);
    EXPECT_LE(layers[j].offset_bytes + layers[j].value.bytes, plan.arena_bytes());
    for (size_t i = 0; i < j; ++i) {
      if (layers[i].place != Plan::Place::arena || last[i] < j) continue;
      const bool apart = layers[i].offset_bytes + layers[i].value.bytes <= layers[j].offset_bytes ||
                         layers[j].offset_bytes + layers[j].value.bytes <= layers[i].offset_bytes;
      const bool in_place =
          last[i] == j && reads(model.graph.nodes[j], i) && layers[i].offset_bytes == layers[j].offset_bytes;
      EXPECT_TRUE(apart || in_place) << layers[i].name << " and " << layers[j].name;
    }
  }
}

TEST(Plan, LiveValuesDoNotOverlap) {
  for (const auto& [backend, seeds] : host_backends())
    for (uint64_t seed = 1; seed <= seeds; ++seed) {
      SCOPED_TRACE(fmt::format("{}, seed {}", backend->name(), seed));
      const Model model = random_model(seed);
      expect_no_live_overlap(model, *compile(model, *backend, 2));
    }
}

// In an arena full of NaN, between guard zones, twice: every value a step reads was written by a step before.
TEST(Plan, SharedMemoryGivesTheBitsOfKeptValues) {
  for (const auto& [backend, seeds] : host_backends())
    for (uint64_t seed = 1; seed <= seeds; ++seed) {
      SCOPED_TRACE(fmt::format("{}, seed {}", backend->name(), seed));
      const Model model = random_model(seed);
      const std::vector<float> input = random_images(model, 2, seed);
      const auto expected = run_keeping_values(model, *backend, input, 2).back();

      const auto plan = compile(model, *backend, 2);
      const size_t input_bytes = input.size() * sizeof(float), output_bytes = expected.size() * sizeof(float);
      Guarded arena(plan->arena_bytes()), in(input_bytes), out(output_bytes);
      std::memset(arena.data(), 0xFF, plan->arena_bytes());
      std::memcpy(in.data(), input.data(), input_bytes);
      plan->bind(arena.data(), in.data(), out.data());
      const auto queue = backend->device().make_queue();
      for (int run = 0; run < 2; ++run) {
        std::memset(out.data(), 0xFF, output_bytes);
        plan->enqueue(*queue);
        EXPECT_EQ(std::memcmp(out.data(), expected.data(), output_bytes), 0) << "run " << run;
        EXPECT_EQ(std::memcmp(in.data(), input.data(), input_bytes), 0) << "the input was written to";
      }
      EXPECT_TRUE(arena.intact() && in.intact() && out.intact());
    }
}

// The kept value of a layer is the output of the network that ends there, bit for bit.
TEST(Plan, KeptValuesAreThoseOfEveryLayer) {
  for (const auto& [backend, seeds] : host_backends())
    for (uint64_t seed = 1; seed <= std::min<uint64_t>(seeds, 10); ++seed) {
      SCOPED_TRACE(fmt::format("{}, seed {}", backend->name(), seed));
      const Model model = random_model(seed);
      const std::vector<float> input = random_images(model, 2, seed);
      const auto values = run_keeping_values(model, *backend, input, 2);
      ASSERT_GE(values.size(), model.graph.nodes.size());
      EXPECT_EQ(values[0], input);
      for (size_t i = 0; i < model.graph.nodes.size(); ++i) {
        Model shorter = model;
        shorter.graph.output = static_cast<ValueId>(i);
        EXPECT_EQ(values[i], run_model(shorter, *backend, input, 2)) << model.graph.nodes[i].name;
      }
    }
}

Model chain(int layers) {
  GraphBuilder g;
  ValueId x = g.input(8, 16, 16);
  for (int i = 0; i < layers; ++i)
    x = g.conv(fmt::format("conv{}", i), x, {.k = 8, .filter = {3, 3}, .pad = same(1)});
  x = g.global_average_pool("avgpool", x);
  return with_random_weights(g.finish(g.linear("fc", g.flatten("flatten", x), 10)), 1);
}

TEST(Plan, ALongerChainNeedsNoMoreMemory) {
  for (const auto& [backend, seeds] : host_backends()) {
    const auto three = compile(chain(3), *backend, 1), ten = compile(chain(10), *backend, 1);
    EXPECT_EQ(three->arena_bytes(), ten->arena_bytes()) << backend->name();
    const auto kept = compile(chain(10), *backend, 1, {.keep_values = true});
    EXPECT_GE(kept->arena_bytes(), 10u * 8 * 16 * 16 * sizeof(float)) << backend->name();
  }
}

TEST(Plan, DescribesItself) {
  const auto backend = make_cpu_backend(1);
  const Model model = chain(3);
  const auto plan = compile(model, *backend, 4);
  EXPECT_EQ(plan->batch(), 4);
  EXPECT_EQ(plan->classes(), 10);
  EXPECT_EQ(plan->input_elements(), 8 * 16 * 16);
  std::ostringstream text;
  plan->describe(text);
  const int64_t macs = 4 * (3 * 8 * 8 * 9 * 16 * 16 + 80);
  for (const std::string& expected :
       {std::string("conv2"), std::string("[4, 8, 16, 16]"), std::string("(input)"), std::string("(output)"),
        fmt::format("batch 4: 7 steps, {} multiply-adds, arena of {} bytes", macs, plan->arena_bytes())})
    EXPECT_NE(text.str().find(expected), std::string::npos) << expected << "\n" << text.str();
}

TEST(Plan, PlansOfOneModelMayShareAnArena) {
  const auto backend = make_cpu_backend(2);
  const Model model = chain(3);
  const std::vector<float> input = random_images(model, 3, 1);
  const auto small = compile(model, *backend, 1), large = compile(model, *backend, 3);
  Buffer arena = backend->device().allocate(std::max(small->arena_bytes(), large->arena_bytes()));
  std::vector<float> one(10), three(30);
  small->bind(arena.data(), input.data(), one.data());
  large->bind(arena.data(), input.data(), three.data());
  const auto queue = backend->device().make_queue();
  large->enqueue(*queue);
  small->enqueue(*queue);
  EXPECT_EQ(one, run_model(model, *backend, std::span(input).first(8 * 16 * 16), 1));
  EXPECT_EQ(three, run_model(model, *backend, input, 3));
}

}  // namespace
}  // namespace fxe::test
