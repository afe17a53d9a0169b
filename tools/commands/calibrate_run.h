// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "metareasoner/calibrate/calibration.h"
#include "metareasoner/replay/replay_report.h"
#include "metareasoner/replay/subset_search.h"

namespace fxe {

// Which images of which store play which part. `test_store` is the calibration's own after --split.
struct CalibrationImages {
  std::vector<size_t> fit;     // what is chosen is chosen on these
  std::vector<size_t> judged;  // what is guaranteed is judged on these; as `fit` where nothing is fitted
  std::vector<size_t> test;    // empty: none
  const Store* test_store = nullptr;
};

// What is asked of them, as the command line says it.
struct CalibrationRequest {
  Objective objective;
  OperatingPoint order;  // members in their order, without exits: the full ensemble of the report
  ReplaySignal signal = ReplaySignal::margin;
  CostTable costs;
  int batch = 1, threads = 1;
  CandidateOptions candidates;
  bool baselines = true;
};

// A policy and the full ensemble on the same images of one store.
struct CalibrationSide {
  Replayed policy, full;
  ReplayReport report;
  std::optional<SubsetSearch> subsets;  // the best without exits at the policy's cost
};

struct CalibrationOutcome {
  Calibrated found;
  OperatingPoint point;         // with its thresholds
  CalibrationSide calibration;  // on the images it was chosen or judged on
  std::optional<CalibrationSide> test;
};

// Which of the order's members to run, and in which order, by what they do on the `fit` images: the best of
// the orders that search_orders() finds and of the order itself, each with thresholds of its own. `subsets`:
// some may be left out.
struct FoundMembers {
  OperatingPoint point;
  bool exhaustive = false;  // every order was tried, with one threshold for all sizes
  size_t images = 0;        // that the search used
};
FoundMembers find_members(const Store&, const CalibrationRequest&, const std::vector<size_t>& fit,
                          bool subsets);

// One outcome, or one per alpha. `point`: the members that thresholds are sought for.
std::vector<CalibrationOutcome> run_calibration(const Store&, const CalibrationRequest&,
                                                const OperatingPoint& point, const CalibrationImages&);

}  // namespace fxe
