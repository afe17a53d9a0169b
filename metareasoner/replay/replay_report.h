// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/replay/replay.h"

namespace fxe {

// What happened at one ensemble size k. Shares of top-1 are of labelled images; NaN if there are none.
struct StageReport {
  int64_t images = 0;    // that stopped here
  double top1 = 0;       // of these
  PairedGap gap;         // of these, against the full ensemble
  double size_top1 = 0;  // of all images, had they all stopped here
  double auroc = 0;  // of the signal at this size, over all images: how well it separates right from wrong
  int64_t flip_backs = 0;  // images right here that the full ensemble gets wrong
};

struct ClassReport {
  int32_t label = 0;
  int64_t images = 0, full_right = 0, policy_right = 0;
};

// For a policy and the full ensemble on the same images.
struct ReplayReport {
  std::vector<StageReport> stages;  // of the policy
  PairedGap gap;
  // expected if the same numbers of images stopped at each size, drawn at random
  double random_exits_top1 = 0;
  std::vector<ClassReport> classes;  // those that have images, largest loss first
};

// `trace`: the policy's. Both are replayed on the same images.
ReplayReport report(const Store&, const Trace& trace, ReplaySignal, const Replayed& policy,
                    const Replayed& full);

// The probability that a positive's score is above a negative's; ties count half. NaN unless there are both.
double auroc(std::vector<float> positive, std::vector<float> negative);

}  // namespace fxe
