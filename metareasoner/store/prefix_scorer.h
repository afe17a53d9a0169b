// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "kernels/tail/tail.h"
#include "metareasoner/operating_point.h"
#include "metareasoner/store/prefix_score.h"
#include "metareasoner/store/store_layout.h"

namespace fxe {

// decision: PrefixScore without entropy, votes and label_score, which stay 0 and would double the cost.
enum class PrefixDetail { decision, all };

// What each prefix of an order says about images, from their logits. Calls run_tail_cpu, so that label, p1,
// p2 and the margins have the CPU executor's bits.
class PrefixScorer {
 public:
  // The thresholds and signal of `order` do not matter. Allocates scratch for blocks of up to 64 images.
  PrefixScorer(const OperatingPoint& order, int32_t classes, PrefixDetail);

  // logits(k) [images classes]: the order's k-th member's; called once for each k, ascending, and used until
  // the next call; `out` [images sizes]. labels: of the images, -1 if unknown.
  void run(std::span<const int32_t> labels, const std::function<std::span<const float>(size_t)>& logits,
           std::span<PrefixScore> out);

 private:
  void run_tail(size_t k, size_t images, std::span<const float> logits);
  void describe(size_t k, size_t image, int32_t label, const float* logits, PrefixScore&);
  int32_t votes_for(int32_t label, size_t image, size_t k) const;

  OperatingPoint order_;
  int32_t classes_;
  PrefixDetail detail_;
  std::vector<TailStage> stages_;
  std::vector<float> mean_, weight_sum_;
  std::vector<RowResult> results_;
  std::vector<int32_t> live_;
  std::vector<int32_t> own_;  // [sizes images] each member's own top-1; -1: left out
};

}  // namespace fxe
