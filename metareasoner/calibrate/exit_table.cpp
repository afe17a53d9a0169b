// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/exit_table.h"

#include <algorithm>
#include <iterator>

namespace fxe {

ExitTable::ExitTable(const Trace& trace, ReplaySignal signal, size_t classes, std::span<const size_t> images,
                     LossKind kind, std::span<const FullAnswer> full, std::vector<double> cumulative_cost,
                     Candidates candidates)
    : images_(images.size()),
      kind_(kind),
      cost_(std::move(cumulative_cost)),
      candidates_(std::move(candidates)) {
  bins_.reserve(images_ * (sizes() - 1));
  losses_.reserve(images_ * sizes());
  for (const size_t i : images)
    for (size_t k = 1; k <= sizes(); ++k) {
      const PrefixScore& s = trace.at(i, k);
      losses_.push_back(loss(kind, full[i], s));
      if (k == sizes()) continue;
      uint16_t bin = 0;
      if (s.scored) {
        const auto& list = candidates_[k - 1];
        const float value = signal_value(signal, s, k, classes);
        // The last candidate never stops, even for an entropy signal that rounds to just above it.
        bin = static_cast<uint16_t>(std::lower_bound(list.begin(), std::prev(list.end()), value) -
                                    list.begin());
      }
      bins_.push_back(bin);
    }
}

Spent ExitTable::spend(const Choice& choice) const {
  std::vector<int64_t> stopped(sizes(), 0);
  Spent spent;
  for (size_t i = 0; i < images_; ++i) {
    const uint16_t* bin = bins(i);
    size_t k = 0;
    while (k < choice.size() && choice[k] >= bin[k]) ++k;
    ++stopped[k];
    spent.loss += losses(i)[k];
  }
  for (size_t k = 0; k < sizes(); ++k) spent.cost += static_cast<double>(stopped[k]) * cost_[k];
  return spent;
}

Choice ExitTable::never() const {
  Choice choice;
  for (const auto& list : candidates_) choice.push_back(static_cast<uint16_t>(list.size() - 1));
  return choice;
}

Choice ExitTable::always_first() const {
  Choice choice = never();
  if (!choice.empty()) choice[0] = 0;
  return choice;
}

std::vector<double> ExitTable::thresholds(const Choice& choice) const {
  std::vector<double> t;
  for (size_t k = 0; k < choice.size(); ++k) t.push_back(static_cast<double>(candidates_[k][choice[k]]));
  return t;
}

}  // namespace fxe
