// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "metareasoner/replay/compare_predictions.h"
#include "metareasoner/replay/replay_report.h"
#include "metareasoner/replay/subset_search.h"
#include "tools/commands/replay_point.h"

namespace fxe {

// Everything one replay found.
struct ReplayResult {
  ReplayPoint point;
  int batch = 1;
  CostTable costs;
  Replayed policy, full;
  ReplayReport report;
  std::string cost_unit;                // of baselines: "ms", "multiply-adds" or "members"
  std::optional<SubsetSearch> subsets;  // none for a compact store, or if not wanted
  std::optional<PredictionComparison> against;
};

// Schema "fxe.replay/1": the keys of "fxe.eval/1" that a store can answer, plus its own.
nlohmann::ordered_json replay_json(const Store&, const ReplayResult&);

void print_replay(const Store&, const ReplayResult&, std::FILE* to);

}  // namespace fxe
