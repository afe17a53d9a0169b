// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/calibrate/goal.h"

namespace fxe {

// Thresholds; no others found both cost less and lose no more.
struct FrontierPoint {
  Choice choice;
  Spent spent;
};

// The cheapest thresholds ever tried for every loss that occurs. Searches show it everything they try, so
// that one search answers for every limit on loss and on cost.
class Frontier {
 public:
  explicit Frontier(const ExitTable&);

  // `kept` with the thresholds at sizes `free` replaced by the first entries of `indices`.
  void show(const Spent& s, const Choice& kept, std::span<const size_t> free,
            std::span<const uint16_t> indices) {
    double& cheapest = cost_[static_cast<size_t>(s.loss - least_)];
    if (s.cost < cheapest) keep(s, kept, free, indices);
  }
  void show(const Spent& s, const Choice& choice) { show(s, choice, {}, {}); }
  void merge(const Frontier&);

  // From the most expensive to the cheapest; losses rise.
  std::vector<FrontierPoint> points() const;

 private:
  void keep(const Spent&, const Choice& kept, std::span<const size_t> free,
            std::span<const uint16_t> indices);

  size_t width_;                   // sizes - 1
  int64_t least_;                  // the least loss that any thresholds have
  std::vector<double> cost_;       // by loss - least_; infinity: none
  std::vector<uint16_t> choices_;  // [losses width]
};

// The best point for a goal; `points` must not be empty.
const FrontierPoint& best_of(const std::vector<FrontierPoint>& points, const Goal&);

}  // namespace fxe
