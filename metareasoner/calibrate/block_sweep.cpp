// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/block_sweep.h"

#include <algorithm>

namespace fxe {

namespace {

// [rows columns stride] of bins: entry b becomes the sum over the bins above it, whose images stop.
void sum_above(std::vector<Spent>& v, size_t rows, size_t count) {
  for (size_t r = 0; r < rows; ++r) {
    Spent above;
    for (size_t b = count; b-- > 0;) {
      const Spent here = v[r * count + b];
      v[r * count + b] = above;
      above += here;
    }
  }
}

// [outer count inner]: entry b becomes the sum over the bins up to it, whose images go on.
void sum_up_to(std::vector<Spent>& v, size_t outer, size_t count, size_t inner) {
  for (size_t o = 0; o < outer; ++o)
    for (size_t b = 1; b < count; ++b)
      for (size_t i = 0; i < inner; ++i) v[(o * count + b) * inner + i] += v[(o * count + b - 1) * inner + i];
}

}  // namespace

void BlockSweep::tabulate(const Choice& kept, std::span<const size_t> free) {
  std::array<size_t, kMostFree> at{};
  count_.fill(1);
  std::vector<size_t> fixed;
  for (size_t f = 0; f < free.size(); ++f) {
    at[f] = free[f];
    count_[f] = static_cast<uint16_t>(table_.candidates()[free[f]].size());
  }
  for (size_t k = 0; k + 1 < table_.sizes(); ++k)
    if (std::find(free.begin(), free.end(), k) == free.end()) fixed.push_back(k);
  base_ = {};
  one_.assign(count_[0], {});
  const size_t pairs = size_t{count_[0]} * count_[1];
  two_.assign(pairs, {});
  three_.assign(pairs * count_[2], {});
  std::array<std::vector<Spent>*, kMostFree> histograms = {&one_, &two_, &three_};
  const auto& cost = table_.cumulative_cost();
  for (size_t i = 0; i < table_.images(); ++i) {
    const uint16_t* bins = table_.bins(i);
    const int8_t* losses = table_.losses(i);
    size_t end = table_.sizes() - 1;  // where the image stops if no free size stops it earlier
    for (const size_t k : fixed)
      if (kept[k] < bins[k]) {
        end = k;
        break;
      }
    base_ += {losses[end], cost[end]};
    size_t cell = 0;
    for (size_t f = 0; f < free.size() && at[f] < end; ++f) {
      const uint16_t bin = bins[at[f]];
      cell = cell * count_[f] + bin;
      if (bin > 0) (*histograms[f])[cell] += {losses[at[f]] - losses[end], cost[at[f]] - cost[end]};
    }
  }
  sum_above(one_, 1, count_[0]);
  sum_above(two_, count_[0], count_[1]);
  sum_up_to(two_, 1, count_[0], count_[1]);
  sum_above(three_, pairs, count_[2]);
  sum_up_to(three_, count_[0], count_[1], count_[2]);
  sum_up_to(three_, 1, count_[0], size_t{count_[1]} * count_[2]);
}

}  // namespace fxe
