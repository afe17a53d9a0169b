// SPDX-License-Identifier: Apache-2.0
#include "engine/input/left_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace fxe {

namespace {

// A folder may hold any number of endings: those past the limit are counted together.
constexpr size_t kMaxGroups = 32, kMaxEnding = 16;

}  // namespace

void LeftOut::add(std::string_view reason, const std::string& path) {
  const auto found = std::ranges::find(groups_, reason, &Group::reason);
  if (found == groups_.end()) {
    groups_.push_back({std::string(reason), 1, path});
    return;
  }
  ++found->count;
  found->first = std::min(found->first, path);
}

void LeftOut::add_ending(const std::string& path, std::string_view ending) {
  if (path == ignored_) return;
  auto reason = ending.empty() ? "without an ending" : fmt::format("with ending .{}", ending);
  const bool known = std::ranges::find(groups_, reason, &Group::reason) != groups_.end();
  if (!known && (ending.size() > kMaxEnding || groups_.size() >= kMaxGroups)) reason = "with another ending";
  add(reason, path);
}

std::vector<LeftOut::Group> LeftOut::groups() const {
  auto sorted = groups_;
  std::ranges::sort(sorted, {},
                    [](const Group& g) { return std::tuple(-static_cast<double>(g.count), g.reason); });
  return sorted;
}

std::string LeftOut::text() const {
  std::string text;
  for (const auto& g : groups())
    text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", g.count, g.reason, g.first);
  return text;
}

}  // namespace fxe
