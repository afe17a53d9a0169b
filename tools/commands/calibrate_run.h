// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "metareasoner/calibrate/calibration.h"
#include "metareasoner/replay/replay_report.h"
#include "metareasoner/replay/subset_search.h"

namespace fxe {

// Which images of which store play which part. After --split, `test_store` is the calibration store.
struct CalibrationImages {
  std::vector<size_t> fit;     // thresholds are chosen on these
  std::vector<size_t> judged;  // guarantees are judged on these; the same as `fit` if nothing is fitted
  std::vector<size_t> test;    // empty if there are none
  const Store* test_store = nullptr;
};

// What the command line asks for.
struct CalibrationRequest {
  Objective objective;
  OperatingPoint order;  // members in order, without exits: the report's full ensemble
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
  OperatingPoint point;         // with the chosen thresholds
  CalibrationSide calibration;  // on the images it was chosen or judged on
  std::optional<CalibrationSide> test;
};

// Which of the order's members to run, and in which order, judged on the `fit` images: the best of the orders
// that search_orders() finds and of the order itself, each with its own thresholds. `subsets`: members may be
// left out.
struct FoundMembers {
  OperatingPoint point;
  bool exhaustive = false;  // every order was tried, with one threshold for all sizes
  size_t images = 0;        // images the search used
};
FoundMembers find_members(const Store&, const CalibrationRequest&, const std::vector<size_t>& fit,
                          bool subsets);

// One outcome, or one per alpha. `point`: the members whose thresholds are wanted.
std::vector<CalibrationOutcome> run_calibration(const Store&, const CalibrationRequest&,
                                                const OperatingPoint& point, const CalibrationImages&);

}  // namespace fxe
