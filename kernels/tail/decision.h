// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/tail/tail.h"

// What becomes of a row once its mean is updated: the scalar end of the tail, for host and device.
namespace fxe::tail {

// The row's result before this member.
FXE_HOST_DEVICE RowResult result_so_far(const TailArguments& a, int32_t image) {
  return a.stage == 0 ? RowResult{-1, 0, 0, 0, 0, RowStatus::ok} : a.results[image];
}

// Scores the current mean. `sum`: of exp(m_j - m_first); not read with Combine::probabilities.
FXE_HOST_DEVICE void score(const TailArguments& a, Top2 mean, float sum, RowResult& row) {
  const Scores p = a.combine == Combine::logits ? softmax_scores(mean, sum) : plain_scores(mean);
  row.label = mean.first.index;
  row.p1 = p.p1;
  row.p2 = p.p2;
  row.margin = margin(a.signal, mean, p);
}

// Sets members and status; true if the row goes on. `scored`: this member's output was finite, and
// score() has seen the mean that includes it. A member that was left out can stop nothing, whatever the
// margin was before.
FXE_HOST_DEVICE bool conclude(const TailArguments& a, bool scored, uint64_t elapsed_ns, RowResult& row) {
  const bool left_out = !scored || row.status == RowStatus::non_finite || row.status == RowStatus::failed;
  const bool stops = a.last || (scored && sure(row.margin, a.stage_parameters->threshold));
  const bool late = !stops && a.deadline != nullptr &&
                    too_late(elapsed_ns, a.stage_parameters->next_member_ns, a.deadline->deadline_ns);
  row.members = a.stage + 1;
  row.status = row.label < 0 ? RowStatus::failed
               : left_out    ? RowStatus::non_finite
               : late        ? RowStatus::deadline
                             : RowStatus::ok;
  return !stops && !late;
}

}  // namespace fxe::tail
