// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/reports/terminal.h"

namespace fxe {

namespace {

constexpr size_t kLeft = 26;  // columns of "  --option VALUE"

std::string left_side(const cxxopts::HelpOptionDetails& o) {
  std::string text = o.s.empty() ? "  " : "  -" + o.s + ", ";
  text += "--" + o.l.front();
  if (!o.is_boolean) text += " " + (o.arg_help.empty() ? "VALUE" : o.arg_help);
  return text;
}

std::string right_side(const cxxopts::HelpOptionDetails& o) {
  const bool told = o.has_default && !o.is_boolean && !o.default_value.empty();
  return told ? fmt::format("{} (default: {})", o.desc, o.default_value) : o.desc;
}

std::string option_text(const cxxopts::HelpOptionDetails& o, size_t columns) {
  const std::string left = left_side(o), indent(kLeft, ' ');
  const bool fits = left.size() < kLeft;
  return (fits ? "" : left + "\n") +
         wrapped(right_side(o), columns, fits ? left + indent.substr(left.size()) : indent, indent) + "\n";
}

// A command's own options first, then the shared groups, in this order.
size_t rank(const std::string& group) {
  constexpr std::string_view kShared[] = {kSingleModelGroup, kRunningGroup, kEverywhereGroup, kGpuGroup};
  if (group.empty()) return 0;
  const auto* found = std::find(std::begin(kShared), std::end(kShared), group);
  return found == std::end(kShared) ? 1 : 2 + static_cast<size_t>(found - kShared);
}

}  // namespace

std::string help_text(const cxxopts::Options& options, std::string_view words_key, std::string_view words,
                      size_t columns) {
  auto groups = options.groups();
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  const std::string about = options.help({}, false);  // followed by cxxopts' own usage
  std::string text =
      fmt::format("usage: {} {}{}[OPTION...]\n\n", options.program(), words, words.empty() ? "" : " ");
  text += wrapped(about.substr(0, about.find(" [OPTION...]")), columns) + "\n";
  for (const auto& group : groups) {
    std::string part;
    for (const auto& o : options.group_help(group).options)
      if (o.l.front() != words_key && o.l.front() != "help") part += option_text(o, columns);
    if (!part.empty()) text += fmt::format("\n{}:\n{}", group.empty() ? "Options" : group, part);
  }
  return text;
}

}  // namespace fxe
