// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "metareasoner/calibrate/joint_search.h"
#include "metareasoner/calibrate/objective.h"
#include "metareasoner/calibrate/threshold_path.h"
#include "metareasoner/replay/unit_costs.h"

namespace fxe {

// The input of a calibration; owns nothing.
struct CalibrationData {
  const Store& store;
  const Trace& trace;  // of the order whose thresholds are wanted
  ReplaySignal signal = ReplaySignal::margin;
  std::span<const FullAnswer> full;  // per image of the store
  UnitCosts costs;                   // of the trace's order
  double full_cost;                  // per image in the full ensemble, which may have other members
  CandidateOptions candidates;
  int threads = 1;
};

// An objective in terms of sums over `images`, for searches; a guarantee becomes its limit, as observed.
// full_cost: per image. Throws bad_input for a time in ms if costs are in another unit.
Goal goal_of(const Objective&, UnitCosts::Unit, double full_cost, size_t images, double errors_of_full,
             double first_cost);

// M at three points (published_rule.h).
struct PublishedM {
  double alpha, one_member, chosen, all;
  double image_over_range;
};

// With probability 1 - delta over draws of the images it was judged on, the risk is at most the limit.
struct GuaranteeReport {
  int64_t images = 0, needed = 0;  // judged on; the fewest that could suffice
  size_t path = 0, passed = 0;     // policies tried at most, and those shown to hold together
  double risk = 0;                 // of the chosen policy, as observed
  double bound = 0;                // of that policy alone
};
// What it says and assumes, in one sentence.
std::string guarantee_text(const Objective&, const GuaranteeReport&);

struct Calibrated {
  std::vector<double> thresholds;
  Spent spent;              // on the images it was chosen on
  size_t images = 0;        // how many these are
  bool exhaustive = false;  // every combination of candidates was tried
  std::optional<PublishedM> m;
  std::optional<GuaranteeReport> guarantee;
};

// One result, or one per alpha. `fit`: images on which thresholds, or a path of them, are fitted; `judged`:
// those on which a guarantee is judged, which is `fit` unless something was fitted. Both come from
// usable_images() with objective.loss. Throws bad_input if nothing meets the objective (naming the nearest),
// if a guarantee needs more images (naming how many), or if there are no images.
std::vector<Calibrated> calibrate(const CalibrationData&, const Objective&, std::span<const size_t> fit,
                                  std::span<const size_t> judged);

}  // namespace fxe
