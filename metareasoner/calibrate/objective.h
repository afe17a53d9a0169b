// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metareasoner/calibrate/loss.h"
#include "metareasoner/calibrate/published_rule.h"

namespace fxe {

// What thresholds are chosen for, as the command line says it (docs/guides/calibrate.md):
//   gap<=0.1pt   harm<=0.2pt   disagreement<=1pt
//                                 the least time with at most that loss, as observed
//   time<=5ms    time<=60%        the most accuracy within that time (or share of the full ensemble's)
//   gap<=0.5pt@90%[,path=fixed|fitted]
//                                 the least time with a guarantee of that confidence; the same for harm and
//                                 disagreement
//   published[,alpha=0.5|0:1:0.1][,R=rel|abs][,E=pct|frac][,order=forward|shared|alone|joint]
//                                 the least M (published_rule.h)
struct Objective {
  enum class Kind { least_time, most_accuracy, guaranteed, published };
  enum class TimeUnit { ms, share_of_full };

  std::string text;
  Kind kind = Kind::least_time;
  LossKind loss = LossKind::gap;
  double limit = 0;        // of the loss: a fraction, 0.001 for 0.1pt; of time: ms, or a share
  double delta = 0;        // guaranteed: 1 - confidence
  bool fixed_path = true;  // guaranteed: known beforehand; false: fitted on images kept apart
  TimeUnit time_unit = TimeUnit::ms;
  PublishedRule rule;
  std::vector<double> alphas;  // one, or a sweep
};

// Throws bad_input saying what was expected.
Objective parse_objective(std::string_view);

}  // namespace fxe
