// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "metareasoner/replay/compare_predictions.h"
#include "metareasoner/replay/replay_point.h"
#include "metareasoner/replay/replay_report.h"
#include "metareasoner/replay/subset_search.h"

namespace fxe {

struct ReplayRequest {
  ReplayPoint point;
  CostTable costs;
  int batch = 1, threads = 1;
  bool baselines = true;          // search for the best fixed subset
  std::filesystem::path against;  // predictions to compare with; empty: none
};

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

// The policy beside the full ensemble, and beside what the same cost buys otherwise.
ReplayResult replay_beside_full(const Store&, const ReplayRequest&);

}  // namespace fxe
