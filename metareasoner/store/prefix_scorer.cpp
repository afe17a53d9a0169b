// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/prefix_scorer.h"

#include <cmath>
#include <numeric>

#include "kernels/cpu/exp.h"
#include "metareasoner/batch_state.h"
#include "metareasoner/store/row_scan.h"

namespace fxe {

PrefixScorer::PrefixScorer(const OperatingPoint& order, int32_t classes, PrefixDetail detail)
    : order_(order),
      classes_(classes),
      detail_(detail),
      mean_(StoreLayout::kBlockImages * static_cast<size_t>(classes)),
      weight_sum_(StoreLayout::kBlockImages),
      results_(StoreLayout::kBlockImages),
      live_(StoreLayout::kBlockImages),
      own_(order.size() * StoreLayout::kBlockImages) {
  std::iota(live_.begin(), live_.end(), 0);
  for (size_t k = 0; k < order_.size(); ++k) {
    stages_.push_back(stage_operands(order_, static_cast<int>(k)));
    stages_.back().threshold = INFINITY;  // nothing stops
  }
}

void PrefixScorer::run(std::span<const int32_t> labels,
                       const std::function<std::span<const float>(size_t)>& logits,
                       std::span<PrefixScore> out) {
  const size_t images = labels.size();
  std::fill(weight_sum_.begin(), weight_sum_.end(), 0.0f);
  for (size_t k = 0; k < order_.size(); ++k) {
    const auto rows = logits(k);
    // A row that lacks a member stays non_finite. Reset, so that its status is about this member.
    for (RowResult& row : results_) row.status = RowStatus::ok;
    run_tail(k, images, rows);
    for (size_t i = 0; i < images; ++i)
      describe(k, i, labels[i], rows.data() + i * static_cast<size_t>(classes_), out[i * order_.size() + k]);
  }
}

void PrefixScorer::run_tail(size_t k, size_t images, std::span<const float> logits) {
  auto count = static_cast<int32_t>(images);
  TailArguments a;
  a.classes = classes_;
  a.stage = static_cast<int32_t>(k);
  a.combine = order_.combine;
  a.logits = logits.data();
  a.mean = mean_.data();
  a.weight_sum = weight_sum_.data();
  a.results = results_.data();
  a.live = live_.data();
  a.live_count = &count;
  a.stage_parameters = &stages_[k];
  run_tail_cpu(a, 0);  // nothing stops: `live_` stays unchanged
}

void PrefixScorer::describe(size_t k, size_t image, int32_t label, const float* logits, PrefixScore& s) {
  const auto classes = static_cast<size_t>(classes_);
  const RowResult& row = results_[image];
  const std::span<const float> mean(mean_.data() + image * classes, classes);
  s = {row.label, row.p1, row.p2, 0, 0, 0, 0, -1, 0, row.status == RowStatus::ok};
  if (detail_ == PrefixDetail::all)
    own_[k * StoreLayout::kBlockImages + image] = s.scored ? largest_class({logits, classes}) : -1;
  if (row.label < 0) return;
  s.raw1 = mean[static_cast<size_t>(row.label)];
  s.raw2 = classes > 1 ? largest_but(mean, row.label) : 0;
  const bool logits_mean = order_.combine == Combine::logits;
  if (label >= 0) s.label_rank = classes_ahead(mean, label);
  if (detail_ == PrefixDetail::decision) return;
  if (label >= 0) {
    const float m = mean[static_cast<size_t>(label)];
    s.label_score = logits_mean ? row.p1 * exp_of_nonpositive(m - s.raw1) : m;
  }
  s.entropy = logits_mean ? entropy_of_logits(mean, s.raw1, row.p1) : entropy_of_probabilities(mean);
  s.votes = votes_for(row.label, image, k);
}

int32_t PrefixScorer::votes_for(int32_t label, size_t image, size_t k) const {
  int32_t votes = 0;
  for (size_t m = 0; m <= k; ++m) votes += own_[m * StoreLayout::kBlockImages + image] == label;
  return votes;
}

}  // namespace fxe
