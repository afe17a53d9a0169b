// SPDX-License-Identifier: Apache-2.0
// If timm or torchvision have several networks with equal tensors, fxe has all of them or none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "networks/registry.h"
#include "tests/paths.h"
#include "tests/support/python_peer.h"

namespace fxe::test {
namespace {

// A set per line; each word in it lists models that compute the same.
using Sets = std::vector<std::vector<std::vector<std::string>>>;

Sets read_sets(const std::string& text) {
  Sets sets;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    sets.emplace_back();
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      sets.back().emplace_back();
      std::istringstream models(word);
      for (std::string model; std::getline(models, model, '=');) sets.back().back().push_back(model);
    }
  }
  return sets;
}

Sets committed() { return read_sets(read_text(FXE_SOURCE_DIR "/tests/networks/look_alikes.txt")); }

// fxe's name for a model of timm's, or of torchvision's (tv/); empty if it has none.
std::string network_of(const std::string& model) {
  const auto names = network_names();
  const auto has = [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  if (model.starts_with("tv/")) return has(model.substr(3)) ? model.substr(3) : "";
  if (has("timm_" + model)) return "timm_" + model;
  return has(model) && !has("tv/" + model) ? model : "";
}

TensorMap tensors_of(const Graph& graph) {
  const auto shapes = infer_shapes(graph, 1);
  TensorMap tensors;
  for (const auto& node : graph.nodes) {
    for (const auto& use : weights_of(node.op, input_shapes(node, shapes)))
      tensors[use.name].shape = use.shape;
  }
  return tensors;
}

TEST(LookAlikes, EachOfThemIsANetworkOfItsOwn) {
  size_t sets_of_ours = 0;
  for (const auto& set : committed()) {
    std::vector<std::string> ours;
    bool one_is_ours = false;
    for (const auto& equal : set) {
      std::string name;
      for (const auto& model : equal)
        if (name.empty()) name = network_of(model);
      one_is_ours |= !name.empty();
      ours.push_back(name);
    }
    if (!one_is_ours) continue;
    ++sets_of_ours;
    std::vector<std::string> recognised;
    for (const auto& network :
         recognise_networks(tensors_of(build_network(ours[0].empty() ? ours[1] : ours[0]))))
      recognised.push_back(network.spec);
    EXPECT_THAT(recognised, testing::UnorderedElementsAreArray(ours)) << "look-alikes of " << set[0][0];
  }
  EXPECT_GE(sets_of_ours, 9u);
}

// The sets of networks that fxe has; all models take minutes: tests/networks/make_look_alikes.py by hand.
TEST(LookAlikes, AreThoseOfThePeersToday) {
  if (!std::getenv("FXE_LOOK_ALIKES")) GTEST_SKIP() << "minutes of the peers' own code: FXE_LOOK_ALIKES=1";
  const std::string python = python_with("timm, torch, torchvision");
  if (python.empty()) GTEST_SKIP() << "no Python with timm, torch and torchvision (set FXE_PYTHON)";
  std::string models;
  Sets expected;
  for (const auto& set : committed()) {
    if (network_of(set[0][0]).empty()) continue;
    expected.push_back(set);
    for (const auto& equal : set)
      for (const auto& model : equal) models += model + " ";
  }
  const auto folder = run_script(python, "networks/make_look_alikes.py", models);
  EXPECT_EQ(read_sets(read_text(folder / "look_alikes.txt")), expected);
}

}  // namespace
}  // namespace fxe::test
