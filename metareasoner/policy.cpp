// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/policy.h"

#include <charconv>
#include <numeric>

#include "engine/error.h"

namespace fxe {

namespace {

// The first `count` members; no exits.
OperatingPoint straight(const EnsembleFile& file, size_t count) {
  OperatingPoint p;
  p.members.resize(count);
  std::iota(p.members.begin(), p.members.end(), 0);
  p.combine = file.combine;
  for (size_t i = 0; i < count; ++i) {
    p.weights.push_back(file.members[i].weight);
    p.temperatures.push_back(file.members[i].temperature);
  }
  p.thresholds.assign(count - 1, 1);
  return p;
}

template <class T>
T parse(std::string_view text, std::string_view policy, const char* expected) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    throw bad_input("policy '{}': expected {}, found '{}'", policy, expected, text);
  return value;
}

std::vector<double> parse_thresholds(std::string_view list, std::string_view policy, size_t sizes) {
  std::vector<double> thresholds;
  while (true) {
    const auto comma = list.find(',');
    thresholds.push_back(parse<double>(list.substr(0, comma), policy, "a threshold such as 0.9"));
    if (comma == list.npos) break;
    list.remove_prefix(comma + 1);
  }
  if (thresholds.size() == 1) thresholds.assign(sizes, thresholds[0]);
  if (thresholds.size() != sizes)
    throw bad_input("policy '{}': expected one threshold or {}, found {}", policy, sizes, thresholds.size());
  return thresholds;
}

}  // namespace

Policy resolve_policy(const EnsembleFile& file, std::string_view asked) {
  const size_t n = file.members.size();
  if (asked.empty()) asked = file.profiles.contains("default") ? "stored:default" : "full";
  Policy policy{std::string(asked), straight(file, n)};
  const auto colon = asked.find(':');
  const auto kind = asked.substr(0, colon);
  const auto rest = colon == asked.npos ? std::string_view{} : asked.substr(colon + 1);
  if (kind == "full" && colon == asked.npos) return policy;
  if (kind == "first") {
    const auto count = parse<size_t>(rest, asked, "a number of members");
    if (count < 1 || count > n) throw bad_input("policy '{}': expected first:1 to first:{}", asked, n);
    policy.point = straight(file, count);
  } else if (kind == "t" && colon != asked.npos) {
    policy.point.thresholds = parse_thresholds(rest, asked, n - 1);
    check_operating_point(policy.point, n, fmt::format("policy '{}'", asked));
  } else if (kind == "stored") {
    const std::string name(colon == asked.npos ? "default" : rest);
    const auto found = file.profiles.find(name);
    if (found == file.profiles.end()) {
      std::vector<std::string> names;
      for (const auto& [key, profile] : file.profiles) names.push_back(key);
      throw bad_input("policy '{}': the ensemble stores no profile '{}' (it has: {})", asked, name,
                      names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
    }
    policy.text = "stored:" + name;
    policy.point = found->second.point;
  } else {
    throw bad_input("policy '{}': expected stored[:PROFILE], full, first:K or t:0.9,0.8,...", asked);
  }
  return policy;
}

}  // namespace fxe
