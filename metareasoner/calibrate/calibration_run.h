// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "metareasoner/calibrate/calibration.h"
#include "metareasoner/calibrate/calibration_images.h"
#include "metareasoner/replay/replay_report.h"
#include "metareasoner/replay/subset_search.h"

namespace fxe {

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

// One outcome, or one per alpha. `point`: the members whose thresholds are wanted.
std::vector<CalibrationOutcome> run_calibration(const Store&, const CalibrationRequest&,
                                                const OperatingPoint& point, const CalibrationImages&);

// A signal's first outcome, or why there is none if nothing met the objective.
struct SignalOutcome {
  ReplaySignal signal;
  std::optional<CalibrationOutcome> outcome;
  std::string refused;
};
// Of every signal, for the same objective.
std::vector<SignalOutcome> compare_signals(const Store&, CalibrationRequest, const OperatingPoint& point,
                                           const CalibrationImages&);

}  // namespace fxe
