// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metareasoner/policy.h"
#include "metareasoner/replay/signal.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store.h"
#include "tools/commands/options.h"

namespace fxe {

// --policy --ensemble --order --combine --weights --temperatures --signal --costs --batch
void add_replay_point_options(cxxopts::Options&);

// What a store is asked for. Members are the store's.
struct ReplayPoint {
  Policy policy;
  OperatingPoint full;  // what the policy is compared with: every member of the order, no exits
  ReplaySignal signal = ReplaySignal::margin;
};
// A stored profile needs --ensemble, whose fingerprint must be the store's, and takes no --order.
ReplayPoint read_replay_point(const Store&, const cxxopts::ParseResult&);

// --costs FILE or ms per image of each member; else STORE.costs.json; else none (an empty table).
CostTable read_replay_costs(const Store&, const cxxopts::ParseResult&);

}  // namespace fxe
