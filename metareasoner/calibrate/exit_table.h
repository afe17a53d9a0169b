// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "metareasoner/calibrate/candidates.h"
#include "metareasoner/calibrate/loss.h"

namespace fxe {

// Sums over the images of a table.
struct Spent {
  int64_t loss = 0;
  double cost = 0;  // in the unit of the table's costs

  Spent& operator+=(const Spent& other) {
    loss += other.loss;
    cost += other.cost;
    return *this;
  }
  friend Spent operator+(Spent a, const Spent& b) { return a += b; }
};

// A candidate for each size but the last, as indices into ExitTable::candidates(). Larger indices stop less.
using Choice = std::vector<uint16_t>;

// Everything a search for thresholds needs, and its only input: for every image and size how many candidates
// its signal exceeds, what it loses by stopping there, and what it has cost by then. Takes 3 bytes per image
// and size; nothing here reads a logit, a margin or a label again.
class ExitTable {
 public:
  // images: of the trace's store, from usable_images(). full: per image of the store. cumulative_cost: after
  // 1 .. N members. An image whose member k could not be scored stops at no candidate of k, as at run time.
  ExitTable(const Trace& trace, ReplaySignal, size_t classes, std::span<const size_t> images, LossKind,
            std::span<const FullAnswer> full, std::vector<double> cumulative_cost, Candidates);

  size_t images() const { return images_; }
  size_t sizes() const { return cost_.size(); }
  LossKind loss_kind() const { return kind_; }
  const Candidates& candidates() const { return candidates_; }
  const std::vector<double>& cumulative_cost() const { return cost_; }

  // [sizes - 1] for an image of the table: at size k it stops with candidate j if j < bins[k - 1].
  const uint16_t* bins(size_t image) const { return bins_.data() + image * (sizes() - 1); }
  // [sizes]
  const int8_t* losses(size_t image) const { return losses_.data() + image * sizes(); }

  Spent spend(const Choice&) const;
  Choice never() const;         // the full ensemble
  Choice always_first() const;  // the first member alone
  std::vector<double> thresholds(const Choice&) const;

 private:
  size_t images_;
  LossKind kind_;
  std::vector<double> cost_;
  Candidates candidates_;
  std::vector<uint16_t> bins_;  // [images sizes-1]
  std::vector<int8_t> losses_;  // [images sizes]
};

}  // namespace fxe
