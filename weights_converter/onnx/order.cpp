// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/order.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

#include "onnx.pb.h"
#include "weights_converter/onnx/node.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

class Order {
 public:
  explicit Order(const onnx::Graph& graph)
      : graph_(graph),
        needed_(static_cast<size_t>(graph.node_size())),
        waits_for_(needed_.size()),
        readers_(needed_.size()) {
    const auto given = [this](const std::string& name) { makers_.emplace(name, kGiven); };
    for (const auto& input : graph.input()) given(input.name());
    for (const auto& tensor : graph.initializer()) given(tensor.name());
    for (const auto& tensor : graph.sparse_initializer()) given(tensor.values().name());
    for (int i = 0; i < graph.node_size(); ++i)
      for (const auto& name : graph.node(i).output())
        if (!name.empty() && !makers_.emplace(name, i).second)
          throw bad_input("the value '{}' is made twice", printable(name));
  }

  std::vector<const onnx::Node*> of(const std::string& output) {
    need(output);
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;  // in the file's order
    for (size_t i = 0; i < needed_.size(); ++i)
      if (needed_[i] && waits_for_[i] == 0) ready.push(i);
    std::vector<const onnx::Node*> order;
    while (!ready.empty()) {
      const size_t i = ready.top();
      ready.pop();
      order.push_back(&node(i));
      for (const size_t reader : readers_[i])
        if (--waits_for_[reader] == 0) ready.push(reader);
    }
    if (order.size() != static_cast<size_t>(std::count(needed_.begin(), needed_.end(), true))) throw circle();
    return order;
  }

 private:
  static constexpr int kGiven = -1;

  const onnx::Node& node(size_t i) const { return graph_.node(static_cast<int>(i)); }

  // The node that makes a value; nothing for inputs and weights, and for values that do not exist.
  std::optional<size_t> maker(const std::string& name) const {
    const auto found = makers_.find(name);
    if (name.empty() || found == makers_.end() || found->second == kGiven) return std::nullopt;
    return static_cast<size_t>(found->second);
  }

  void need(const std::string& output) {
    std::vector<size_t> open;
    const auto visit = [&](size_t i) {
      if (!needed_[i]) open.push_back(i);
      needed_[i] = true;
    };
    if (const auto last = maker(output)) visit(*last);
    while (!open.empty()) {
      const size_t i = open.back();
      open.pop_back();
      for (const auto& name : node(i).input())
        if (const auto before = maker(name)) {
          visit(*before);
          readers_[*before].push_back(i);
          ++waits_for_[i];
        }
    }
  }

  // Walks from a waiting node back along what it waits for, until a node repeats.
  Error circle() const {
    const auto waits = [&](size_t i) { return needed_[i] && waits_for_[i] > 0; };
    const auto awaited = [&](size_t i) {
      for (const auto& name : node(i).input())
        if (const auto before = maker(name); before && waits(*before)) return *before;
      return i;
    };
    size_t at = 0;
    while (!waits(at)) ++at;
    std::vector<bool> seen(needed_.size());
    for (; !seen[at]; at = awaited(at)) seen[at] = true;
    constexpr size_t kShown = 4;
    std::vector<std::string> titles;
    size_t first = at;
    do {
      titles.push_back(titles.size() < kShown ? OnnxNode(node(at), 0).title() : "...");
      at = awaited(at);
    } while (at != first && titles.size() <= kShown);
    return bad_input("its nodes read each other's outputs in a circle: {}", fmt::join(titles, ", "));
  }

  const onnx::Graph& graph_;
  std::unordered_map<std::string, int> makers_;
  std::vector<bool> needed_;
  std::vector<size_t> waits_for_;  // missing inputs
  std::vector<std::vector<size_t>> readers_;
};

}  // namespace

std::vector<const onnx::Node*> needed_onnx_nodes(const onnx::Graph& graph, const std::string& output) {
  return Order(graph).of(output);
}

}  // namespace fxe
