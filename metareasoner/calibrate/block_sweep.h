// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "metareasoner/calibrate/exit_table.h"

namespace fxe {

// What a table spends for every combination of candidates at up to three sizes while the others are fixed:
// one pass over the images into histograms of their bins, then sums over those. O(images sizes + C^3),
// against O(images C^3) for trying each combination.
class BlockSweep {
 public:
  static constexpr size_t kMostFree = 3;

  explicit BlockSweep(const ExitTable& table) : table_(table) {}

  // free: indices of sizes (0: the first), ascending, 1 to 3 of them; their entries in `kept` do not matter.
  // Calls visit(indices, spent) for every combination, the most careful first, so that the first of equal
  // ones is the one to take; indices has an entry per free size.
  template <class Visit>
  void run(const Choice& kept, std::span<const size_t> free, Visit visit) {
    tabulate(kept, free);
    std::array<uint16_t, kMostFree> j{};
    for (j[0] = count_[0]; j[0]-- > 0;) {
      const Spent first = base_ + one_[j[0]];
      for (j[1] = count_[1]; j[1]-- > 0;) {
        const size_t row = size_t{j[0]} * count_[1] + j[1];
        const Spent second = first + two_[row];
        for (j[2] = count_[2]; j[2]-- > 0;) visit(j, second + three_[row * count_[2] + j[2]]);
      }
    }
  }

 private:
  void tabulate(const Choice& kept, std::span<const size_t> free);

  const ExitTable& table_;
  // candidates; 1, which stops nothing, for sizes that are not free
  std::array<uint16_t, kMostFree> count_{};
  Spent base_;  // without stops at free sizes
  // The changes from stops at the first, second and third free size, by the candidates up to that size.
  std::vector<Spent> one_, two_, three_;
};

}  // namespace fxe
