// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "engine/error.h"
#include "networks/entries.h"
#include "networks/registry.h"

namespace fxe {

namespace {

// What may precede the names of a network that reads `first`: nothing, or "net.backbone.".
std::set<std::string> prefixes_of(const TensorMap& tensors, const std::string& first) {
  constexpr size_t kMost = 8;
  std::set<std::string> prefixes;
  for (const auto& [name, tensor] : tensors)
    if (prefixes.size() < kMost && (name == first || name.ends_with("." + first)))
      prefixes.insert(name.substr(0, name.size() - first.size()));
  return prefixes;
}

// How many names and shapes agree.
size_t matches(const std::vector<WeightUse>& uses, const TensorMap& tensors, const std::string& prefix) {
  size_t count = 0;
  for (const auto& use : uses) {
    const auto found = tensors.find(prefix + use.name);
    count += found != tensors.end() && found->second.shape == use.shape;
  }
  return count;
}

// Whether they are the weight or bias of a classifier, which may have any number of classes.
bool differ_in_classes(const Shape& a, const Shape& b) {
  for (int i = 1; i < std::max(a.rank(), b.rank()); ++i)
    if ((i < a.rank() ? a[i] : 1) != (i < b.rank() ? b[i] : 1)) return false;
  return a.rank() > 0 && b.rank() > 0;
}

std::string first_difference(const std::vector<WeightUse>& uses, const TensorMap& tensors,
                             const std::string& prefix) {
  std::set<std::string, std::less<>> read;
  for (const auto& use : uses) read.insert(prefix + use.name);
  for (const auto& use : uses)
    if (!tensors.contains(prefix + use.name)) return fmt::format("'{}{}' is missing", prefix, use.name);
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix) && !is_for_training_only(name.substr(prefix.size())) && !read.contains(name))
      return fmt::format("it has no '{}'", name.substr(0, 100));
  for (size_t i = 0; i < uses.size(); ++i)
    if (const Shape& shape = tensors.at(prefix + uses[i].name).shape;
        shape != uses[i].shape && !(i + 2 >= uses.size() && differ_in_classes(shape, uses[i].shape)))
      return fmt::format("its '{}' is {}, here it is {}", uses[i].name, uses[i].shape.str(), shape.str());
  return "";
}

}  // namespace

NearestNetwork nearest_network(const TensorMap& tensors) {
  NearestNetwork nearest;
  double best = 0.5;  // share of both sides' tensors
  for (const NetworkEntry& entry : network_entries()) {
    const auto uses = weights_of(entry.build(entry.defaults));
    for (const std::string& prefix : prefixes_of(tensors, uses.front().name)) {
      const auto under = static_cast<size_t>(std::ranges::count_if(tensors, [&](const auto& tensor) {
        return tensor.first.starts_with(prefix) && !is_for_training_only(tensor.first.substr(prefix.size()));
      }));
      const double share = static_cast<double>(matches(uses, tensors, prefix)) /
                           static_cast<double>(std::max(under, uses.size()));
      if (share <= best) continue;
      best = share;
      nearest = {std::string(entry.name), prefix, first_difference(uses, tensors, prefix), 0, false};
      nearest.others = static_cast<size_t>(std::ranges::count_if(
          tensors, [&](const auto& tensor) { return !tensor.first.starts_with(prefix); }));
      nearest.fits = nearest.difference.empty();
    }
  }
  return nearest;
}

}  // namespace fxe
