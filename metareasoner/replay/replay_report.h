// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/replay/replay.h"

namespace fxe {

// What happened at one ensemble size k. Shares of top-1 are of labelled images; NaN where there are none.
struct StageReport {
  int64_t images = 0;      // that stopped there
  double top1 = 0;         // of these
  PairedGap gap;           // of these, against the full ensemble
  double size_top1 = 0;    // of all images, had they all stopped there
  double auroc = 0;        // of the signal at this size, over all images: how well it tells right from wrong
  int64_t flip_backs = 0;  // images right here that the full ensemble gets wrong
};

struct ClassReport {
  int32_t label = 0;
  int64_t images = 0, full_right = 0, policy_right = 0;
};

// Of a policy and the full ensemble on the same images.
struct ReplayReport {
  std::vector<StageReport> stages;  // of the policy
  PairedGap gap;
  double random_exits_top1 = 0;      // expected, if as many images stopped at each size, drawn at random
  std::vector<ClassReport> classes;  // those of which there are images, largest loss first
};

// `trace`: of the policy. Both replayed on the same images.
ReplayReport report(const Store&, const Trace& trace, ReplaySignal, const Replayed& policy,
                    const Replayed& full);

// The probability that a positive's score is above a negative's; ties count half. NaN unless there are both.
double auroc(std::vector<float> positive, std::vector<float> negative);

}  // namespace fxe
