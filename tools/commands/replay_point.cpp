// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/replay_point.h"

#include <algorithm>
#include <charconv>

#include "engine/error.h"
#include "engine/names.h"
#include "metareasoner/fingerprint.h"
#include "tools/commands/number_list.h"

namespace fxe {

namespace {

std::vector<std::string> member_names(const Store& store) {
  std::vector<std::string> names;
  for (const auto& m : store.header().members) names.push_back(m.name);
  return names;
}

// "2,0,1", or names.
std::vector<int> parse_order(const Store& store, const std::string& text) {
  std::vector<int> order;
  const auto names = member_names(store);
  if (text.empty()) {
    for (size_t m = 0; m < names.size(); ++m) order.push_back(static_cast<int>(m));
    return order;
  }
  for (const auto& part : split_list(text)) {
    int index = -1;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (error != std::errc{} || end != part.data() + part.size())
      index = static_cast<int>(std::find(names.begin(), names.end(), part) - names.begin());
    if (index < 0 || static_cast<size_t>(index) >= names.size())
      throw bad_input("--order: expected 0 to {} or a member's name, found '{}' (nearest: {})",
                      names.size() - 1, part, fmt::join(nearest_names(part, names, 1), ""));
    order.push_back(index);
  }
  return order;
}

// The store's members in this order, as policies take them.
EnsembleFile as_ensemble(const Store& store, const std::vector<int>& order) {
  EnsembleFile file;
  file.name = store.header().ensemble;
  file.combine = store.header().combine;
  for (const int m : order) {
    const StoreMember& member = store.header().members[static_cast<size_t>(m)];
    MemberEntry entry;
    entry.name = member.name;
    entry.weight = member.weight;
    entry.temperature = member.temperature;
    file.members.push_back(entry);
  }
  return file;
}

EnsembleFile read_matching(const Store& store, const std::string& path) {
  const EnsembleFile file = read_ensemble_file(path);
  std::vector<std::string> names;
  for (const auto& m : file.members) names.push_back(m.name);
  const bool same = store.header().fingerprint.empty()
                        ? names == member_names(store)
                        : fingerprint(file).ensemble == store.header().fingerprint;
  if (!same)
    throw bad_input(
        "{}: another ensemble than the one that was recorded in {} ('{}'): members, models, networks or "
        "preprocessing differ",
        path, store.path().string(), store.header().ensemble);
  return file;
}

void map_members(OperatingPoint& point, const std::vector<int>& order) {
  for (int& m : point.members) m = order[static_cast<size_t>(m)];
}

// One number, or one per member of the whole order; a policy of fewer members takes the first.
void replace(std::vector<double>& values, std::vector<double>& full, const cxxopts::ParseResult& parsed,
             const char* key) {
  const auto text = parsed[key].as<std::string>();
  if (text.empty()) return;
  full = parse_numbers(text, fmt::format("--{}", key), full.size());
  values.assign(full.begin(), full.begin() + static_cast<std::ptrdiff_t>(values.size()));
}

}  // namespace

void add_replay_point_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>()->default_value(""); };
  options.add_options("Operating point")("policy", "full | first:K | t:0.9,0.8,... | stored[:PROFILE]",
                                         text())("ensemble", "the ensemble file, for its profiles", text())(
      "order", "members in this order, by index or name; fewer make a subset", text())(
      "combine", "logits | probabilities", text())("weights", "one per member of the order", text())(
      "temperatures", "one per member of the order", text())(
      "signal", "margin | raw_margin | top1 | entropy | agreement; the last three on the host alone", text())(
      "costs", "a costs file, or ms per image of each member of the store, such as 1.0,2.5", text())(
      "batch", "images at a time; default: as recorded", cxxopts::value<int>());
}

ReplayPoint read_replay_point(const Store& store, const cxxopts::ParseResult& parsed) {
  const auto text = parsed["policy"].as<std::string>(), ensemble = parsed["ensemble"].as<std::string>();
  const auto order_text = parsed["order"].as<std::string>();
  const auto order = parse_order(store, order_text);
  EnsembleFile file = as_ensemble(store, order);
  ReplayPoint p;
  const bool stored = text.starts_with("stored") || (text.empty() && !ensemble.empty());
  if (stored && ensemble.empty())
    throw bad_input("policy '{}': profiles are in the ensemble file; name it with --ensemble", text);
  if (!ensemble.empty()) {
    const EnsembleFile given = read_matching(store, ensemble);
    if (stored && !order_text.empty())
      throw bad_input("policy '{}' has an order of its own; leave out --order",
                      text.empty() ? "stored" : text);
    if (stored) file = given;
  }
  p.policy = resolve_policy(file, text);
  p.full = resolve_policy(file, "full").point;
  map_members(p.policy.point, order);
  map_members(p.full, order);
  replace(p.policy.point.weights, p.full.weights, parsed, "weights");
  replace(p.policy.point.temperatures, p.full.temperatures, parsed, "temperatures");
  if (const auto combine = parsed["combine"].as<std::string>(); !combine.empty()) {
    if (combine != "logits" && combine != "probabilities")
      throw bad_input("--combine: expected logits or probabilities, found '{}'", combine);
    p.policy.point.combine = p.full.combine = combine == "logits" ? Combine::logits : Combine::probabilities;
  }
  p.signal = p.policy.point.signal == Signal::margin ? ReplaySignal::margin : ReplaySignal::raw_margin;
  if (const auto signal = parsed["signal"].as<std::string>(); !signal.empty())
    p.signal = parse_signal(signal);
  check_operating_point(p.policy.point, store.members(), "operating point");
  check_operating_point(p.full, store.members(), "operating point");
  return p;
}

CostTable read_replay_costs(const Store& store, const cxxopts::ParseResult& parsed) {
  const auto text = parsed["costs"].as<std::string>();
  std::error_code error;
  if (text.empty()) {
    const auto beside = costs_path(store.path());
    return std::filesystem::exists(beside, error) ? CostTable::read(beside) : CostTable();
  }
  const bool numbers = text.find_first_not_of("0123456789.,eE+-") == text.npos;
  if (!numbers || std::filesystem::exists(text, error)) return CostTable::read(text);
  return CostTable::per_image(member_names(store), parse_numbers(text, "--costs", store.members()));
}

}  // namespace fxe
