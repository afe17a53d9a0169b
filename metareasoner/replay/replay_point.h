// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "metareasoner/policy.h"
#include "metareasoner/replay/signal.h"

namespace fxe {

// What a store is asked for. Members are the store's.
struct ReplayPoint {
  Policy policy;
  OperatingPoint full;  // what the policy is compared with: every member of the order, no exits
  ReplaySignal signal = ReplaySignal::margin;
};

// `policy` over `file`, whose members are those of the store in this order.
ReplayPoint replay_point(const EnsembleFile& file, const std::vector<int>& order, const std::string& policy);

}  // namespace fxe
