// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/calibrate/goal.h"

namespace fxe {

// Thresholds that nothing else found both costs less and loses no more than.
struct FrontierPoint {
  Choice choice;
  Spent spent;
};

// For every loss that occurs, the cheapest thresholds that were ever tried: searches show it everything they
// try, so that one search answers for every limit on loss and on cost.
class Frontier {
 public:
  explicit Frontier(const ExitTable&);

  // Thresholds at sizes `free` replaced by the first entries of `indices`.
  void show(const Spent& s, const Choice& kept, std::span<const size_t> free,
            std::span<const uint16_t> indices) {
    double& cheapest = cost_[static_cast<size_t>(s.loss - least_)];
    if (s.cost < cheapest) keep(s, kept, free, indices);
  }
  void show(const Spent& s, const Choice& choice) { show(s, choice, {}, {}); }
  void merge(const Frontier&);

  // From the dearest to the cheapest; losses rise.
  std::vector<FrontierPoint> points() const;

 private:
  void keep(const Spent&, const Choice& kept, std::span<const size_t> free,
            std::span<const uint16_t> indices);

  size_t width_;                   // sizes - 1
  int64_t least_;                  // loss that no thresholds are below
  std::vector<double> cost_;       // by loss - least_; infinity: nothing
  std::vector<uint16_t> choices_;  // [losses width]
};

// The point that is best for a goal; `points` must not be empty.
const FrontierPoint& best_of(const std::vector<FrontierPoint>& points, const Goal&);

}  // namespace fxe
