// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "metareasoner/store/prefix_score.h"

namespace fxe {

// What a replayed policy compares with its thresholds; larger is surer. The first two are those of
// kernels/tail/rules.h, which devices know; the others are computed on the host only.
enum class ReplaySignal {
  margin,      // P[top1] - P[top2]
  raw_margin,  // the same of m, before softmax
  top1,        // P[top1]
  entropy,     // 1 - H(P) / log(classes): 0 for the uniform distribution, 1 for certainty
  agreement,   // (v - 1) / (k - 1), v of the k members giving the ensemble's answer on their own; 0 at k = 1
};

ReplaySignal parse_signal(std::string_view);  // throws bad_input listing them
std::string_view name(ReplaySignal);
bool needs_all_details(ReplaySignal);  // PrefixDetail::all

// After k members.
float signal_value(ReplaySignal, const PrefixScore&, size_t k, size_t classes);

}  // namespace fxe
