// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/replay_point.h"

#include "engine/error.h"
#include "tools/commands/store_order.h"

namespace fxe {

namespace {

void map_members(OperatingPoint& point, const std::vector<int>& order) {
  for (int& m : point.members) m = order[static_cast<size_t>(m)];
}

}  // namespace

void add_replay_point_options(cxxopts::Options& options) {
  add_options(options,
              {{"policy", "POLICY", "full, first:K, t:0.9,0.8,... or, with --ensemble, stored[:PROFILE]"},
               {"ensemble", "FILE", "the ensemble file, for its profiles"}},
              "Operating point");
  add_store_order_options(options);
}

ReplayPoint read_replay_point(const Store& store, const cxxopts::ParseResult& parsed) {
  const auto text = parsed["policy"].as<std::string>(), ensemble = parsed["ensemble"].as<std::string>();
  const auto order_text = parsed["order"].as<std::string>();
  const auto order = read_store_order(store, parsed);
  EnsembleFile file = as_ensemble(store, order);
  ReplayPoint p;
  const bool stored = text.starts_with("stored") || (text.empty() && !ensemble.empty());
  if (stored && ensemble.empty())
    throw bad_input("policy '{}': profiles are in the ensemble file; name it with --ensemble", text);
  if (!ensemble.empty()) {
    const EnsembleFile given = read_matching_ensemble(store, ensemble);
    if (stored && !order_text.empty())
      throw bad_input("policy '{}' has an order of its own; leave out --order",
                      text.empty() ? "stored" : text);
    if (stored) file = given;
  }
  p.policy = resolve_policy(file, text);
  p.full = resolve_policy(file, "full").point;
  map_members(p.policy.point, order);
  map_members(p.full, order);
  read_store_joining(parsed, p.full, p.policy.point);
  p.signal = p.policy.point.signal == Signal::margin ? ReplaySignal::margin : ReplaySignal::raw_margin;
  if (const auto signal = parsed["signal"].as<std::string>(); !signal.empty())
    p.signal = parse_signal(signal);
  check_operating_point(p.policy.point, store.members(), "operating point");
  check_operating_point(p.full, store.members(), "operating point");
  return p;
}

}  // namespace fxe
