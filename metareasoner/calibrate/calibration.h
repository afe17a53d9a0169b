// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "metareasoner/calibrate/joint_search.h"
#include "metareasoner/calibrate/objective.h"
#include "metareasoner/calibrate/threshold_path.h"
#include "metareasoner/calibrate/unit_costs.h"

namespace fxe {

// What a calibration works on; nothing is owned.
struct CalibrationData {
  const Store& store;
  const Trace& trace;  // of the order whose thresholds are sought
  ReplaySignal signal = ReplaySignal::margin;
  std::span<const FullAnswer> full;  // by image of the store
  UnitCosts costs;                   // of the trace's order
  double full_cost;                  // of one image in the full ensemble, which may have other members
  CandidateOptions candidates;
  int threads = 1;
};

// What an objective makes of sums over `images`, for searches: a guarantee counts as its limit as observed.
// full_cost: of one image. Throws bad_input for a time in ms where costs are in another unit.
Goal goal_of(const Objective&, UnitCosts::Unit, double full_cost, size_t images, double errors_of_full,
             double first_cost);

// M at three points (published_rule.h).
struct PublishedM {
  double alpha, one_member, chosen, all;
  double image_over_range;
};

// With probability 1 - delta over draws of the images it is judged on, the risk is at most the limit.
struct GuaranteeReport {
  int64_t images = 0, needed = 0;  // judged on; the fewest that could do
  size_t path = 0, passed = 0;     // policies tried at most, and shown to hold, together
  double risk = 0;                 // as observed, of the one that was chosen
  double bound = 0;                // of that one by itself
};

struct Calibrated {
  std::vector<double> thresholds;
  Spent spent;              // on the images it was chosen on
  size_t images = 0;        // of these
  bool exhaustive = false;  // every combination of candidates was tried
  std::optional<PublishedM> m;
  std::optional<GuaranteeReport> guarantee;
};

// One result, or one per alpha. `fit`: images that thresholds, or a path of them, are fitted on; `judged`:
// those that a guarantee is judged on, `fit` itself unless something was fitted. Both as usable_images() has
// them for objective.loss. Throws bad_input where nothing meets the objective, naming the nearest; for a
// guarantee that would need more images, naming how many; where there are no images.
std::vector<Calibrated> calibrate(const CalibrationData&, const Objective&, std::span<const size_t> fit,
                                  std::span<const size_t> judged);

}  // namespace fxe
