// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "engine/error.h"
#include "networks/entries.h"
#include "networks/registry.h"

namespace fxe {

std::vector<WeightUse> weights_of(const Graph& graph) {
  const auto shapes = infer_shapes(graph, 1);
  std::vector<WeightUse> uses;
  for (const auto& node : graph.nodes) {
    for (auto& use : weights_of(node.op, input_shapes(node, shapes))) uses.push_back(std::move(use));
  }
  return uses;
}

namespace {

bool reads_names(const std::vector<WeightUse>& uses, const TensorMap& tensors) {
  const auto read = static_cast<size_t>(std::count_if(
      tensors.begin(), tensors.end(), [](const auto& t) { return !is_for_training_only(t.first); }));
  return uses.size() == read &&
         std::all_of(uses.begin(), uses.end(), [&](const auto& u) { return tensors.contains(u.name); });
}

// As in bind_weights: a fully connected layer's [k c] serves a 1x1 convolution.
bool same_but_for_trailing_ones(const Shape& a, const Shape& b) {
  for (int i = 0; i < std::max(a.rank(), b.rank()); ++i)
    if ((i < a.rank() ? a[i] : 1) != (i < b.rank() ? b[i] : 1)) return false;
  return true;
}

bool reads_shapes(const std::vector<WeightUse>& uses, const TensorMap& tensors) {
  return std::all_of(uses.begin(), uses.end(), [&](const auto& u) {
    return same_but_for_trailing_ones(tensors.at(u.name).shape, u.shape);
  });
}

}  // namespace

bool is_for_training_only(std::string_view tensor) {
  return tensor.ends_with("num_batches_tracked") || tensor.starts_with("aux1.") ||
         tensor.starts_with("aux2.");
}

namespace {

// The options with which the network reads these tensors, if there are any: "classes=10,width=0.25".
std::optional<std::string> options_for(const NetworkEntry& entry, const TensorMap& tensors) {
  const auto uses = weights_of(entry.build(entry.defaults));
  if (!reads_names(uses, tensors)) return std::nullopt;
  if (reads_shapes(uses, tensors)) return "";
  // The same architecture in another size: its first filter gives the width, its last weight the classes.
  const Shape& first = tensors.at(uses.front().name).shape;
  const Shape& last = tensors.at(uses.back().name).shape;
  if (first.rank() != 4 || last.rank() != 1 || first[0] < 1 || last[0] < 1 || last[0] > (1 << 24))
    return std::nullopt;
  NetworkOptions options = entry.defaults;
  options.classes = last[0];
  options.width = static_cast<double>(first[0]) / static_cast<double>(uses.front().shape[0]);
  if (options.width < 0.02 || options.width > 16) return std::nullopt;
  if (!reads_shapes(weights_of(entry.build(options)), tensors)) return std::nullopt;
  return options.width == 1 ? fmt::format("classes={}", last[0])
                            : fmt::format("classes={},width={}", last[0], options.width);
}

// Splits "tf_efficientnet_b0" into tf efficientnet b 0.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9', letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool goes_on = (digit && before == '0') || (letter && before == 'a');
    before = digit ? '0' : letter ? 'a' : ' ';
    if (before == ' ') continue;
    if (!goes_on) words.emplace_back();
    words.back() += letter && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

bool contains(const std::vector<std::string>& words, const std::vector<std::string>& part) {
  return !std::ranges::search(words, part).empty();
}

// timm_ is our own prefix, used where torchvision has another network of timm's name.
std::vector<std::string> name_of(const RecognisedNetwork& network) {
  std::string_view name = network.spec;
  name = name.substr(0, name.find(':'));
  return words_of(name.substr(name.starts_with("timm_") ? 5 : 0));
}

}  // namespace

std::vector<RecognisedNetwork> recognise_networks(const TensorMap& tensors) {
  std::vector<RecognisedNetwork> found;
  for (const NetworkEntry& entry : network_entries()) {
    const auto options = options_for(entry, tensors);
    if (!options) continue;
    for (const NetworkForm& form : entry.forms) {
      std::string spec(entry.name);
      for (const std::string_view more : {std::string_view(*options), form.options})
        if (!more.empty()) spec += fmt::format("{}{}", spec.size() == entry.name.size() ? ":" : ",", more);
      found.push_back({std::move(spec), form.says});
    }
  }
  return found;
}

std::vector<RecognisedNetwork> named_in(std::string_view text,
                                        const std::vector<RecognisedNetwork>& networks) {
  const auto words = words_of(text);
  std::vector<RecognisedNetwork> named;
  for (const auto& network : networks)
    if (contains(words, name_of(network))) named.push_back(network);
  const auto all = named;
  std::erase_if(named, [&](const RecognisedNetwork& one) {
    return std::ranges::any_of(all, [&](const RecognisedNetwork& other) {
      return name_of(other) != name_of(one) && contains(name_of(other), name_of(one));
    });
  });
  return named;
}

}  // namespace fxe
