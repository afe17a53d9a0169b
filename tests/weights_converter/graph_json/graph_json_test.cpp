// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/graph_json/graph_json.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/error.h"
#include "tests/support/models.h"
#include "tests/support/op_cases.h"

namespace fxe {
namespace {

void expect_equal(const Graph& found, const Graph& expected) {
  EXPECT_EQ(found.output, expected.output);
  ASSERT_EQ(found.nodes.size(), expected.nodes.size());
  for (size_t i = 0; i < found.nodes.size(); ++i) {
    EXPECT_EQ(found.nodes[i].name, expected.nodes[i].name);
    EXPECT_EQ(found.nodes[i].op, expected.nodes[i].op) << op_str(expected.nodes[i].op);
    EXPECT_EQ(found.nodes[i].inputs, expected.nodes[i].inputs);
  }
}

TEST(GraphJson, ReadsBackEveryOperationAndActivation) {
  Graph graph;
  std::set<size_t> kinds;
  for (const test::OpCase& c : test::op_cases()) {
    graph.nodes.push_back({c.str(), c.op, {0, 1}});
    kinds.insert(c.op.index());
  }
  graph.nodes.push_back({"input", Input{1, 2, 3}, {}});
  EXPECT_EQ(kinds.size() + 1, std::variant_size_v<Op>);
  expect_equal(graph_from_json(graph_to_json(graph)), graph);
}

TEST(GraphJson, ReadsBackNetworks) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Graph graph = test::random_model(seed).graph;
    expect_equal(graph_from_json(graph_to_json(graph)), graph);
  }
}

TEST(GraphJson, RefusesActivationsItDoesNotKnow) {
  const std::string good = graph_to_json({{{"a", Activate{Activation::hard_sigmoid(0.25f, 0.5f)}, {}}}, 0});
  ASSERT_NE(good.find("[\"hard_sigmoid\",0.25,0.5]"), std::string::npos) << good;
  for (const char* act :
       {"[\"hard_sigmoid\",0.25]", "[\"hard_sigmoid\",0.25,0.5,1]", "[\"silu\",1]", "[\"mish\"]", "[]",
        "\"silu\"", "[\"hard_sigmoid\",0.25,\"x\"]", "[\"hard_sigmoid\",0.25,1e300]"}) {
    std::string text = good;
    text.replace(text.find("[\"hard_sigmoid\",0.25,0.5]"), 25, act);
    try {
      graph_from_json(text);
      ADD_FAILURE() << act;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      EXPECT_NE(std::string(e.what()).find("act"), std::string::npos) << e.what();
    }
  }
}

}  // namespace
}  // namespace fxe
