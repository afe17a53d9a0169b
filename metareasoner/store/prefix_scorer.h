// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "kernels/tail.h"
#include "metareasoner/operating_point.h"
#include "metareasoner/store/prefix_score.h"
#include "metareasoner/store/store_layout.h"

namespace fxe {

// decision: all of PrefixScore but entropy, votes and label_score, which are left 0 and cost as much again.
enum class PrefixDetail { decision, all };

// What each prefix of an order says about images, from their logits: calls run_tail_cpu, so that label, p1,
// p2, and the margins have the bits that the CPU executor gives.
class PrefixScorer {
 public:
  // Of `order`, thresholds and signal do not matter. Scratch for blocks of up to 64 images is allocated here.
  PrefixScorer(const OperatingPoint& order, int32_t classes, PrefixDetail);

  // logits(k) [images classes]: of the order's k-th member, asked for once each in ascending k, used until
  // the next; `out` [images sizes]. labels: of the images, -1 where not known.
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
  std::vector<int32_t> own_;  // [sizes images] own top-1 of each member; -1: left out
};

}  // namespace fxe
