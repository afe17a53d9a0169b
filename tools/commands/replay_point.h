// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metareasoner/policy.h"
#include "metareasoner/replay/signal.h"
#include "metareasoner/store/store.h"
#include "tools/commands/options.h"

namespace fxe {

// Adds --policy --ensemble, and the options of store_order.h.
void add_replay_point_options(cxxopts::Options&);

// What a store is asked for. Members are the store's.
struct ReplayPoint {
  Policy policy;
  OperatingPoint full;  // what the policy is compared with: every member of the order, no exits
  ReplaySignal signal = ReplaySignal::margin;
};
// A stored profile needs --ensemble, whose fingerprint must be the store's, and takes no --order.
ReplayPoint read_replay_point(const Store&, const cxxopts::ParseResult&);

}  // namespace fxe
