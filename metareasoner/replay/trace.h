// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "metareasoner/store/prefix_scorer.h"
#include "metareasoner/store/store.h"

namespace fxe {

// What the ensembles of the first 1 .. N members of an order say about every image of a store: computed once,
// it answers any thresholds and signal in O(images N). Nothing for images that could not be read.
class Trace {
 public:
  // The thresholds and signal of `order` do not matter. Reads the store once, on `threads`, and only the
  // order's members. Throws bad_input for a damaged store, and for a compact one that does not know this
  // order (docs/reference/store.md).
  static Trace of(const Store&, const OperatingPoint& order, PrefixDetail, int threads);

  // The same for the order's first `sizes` members alone.
  Trace first(size_t sizes) const;

  const OperatingPoint& order() const { return order_; }
  PrefixDetail detail() const { return detail_; }
  size_t images() const { return scores_.size() / sizes(); }
  size_t sizes() const { return order_.size(); }

  // [sizes]: after k = 1 .. N members.
  std::span<const PrefixScore> image(size_t i) const { return {scores_.data() + i * sizes(), sizes()}; }
  const PrefixScore& at(size_t i, size_t k) const { return scores_[i * sizes() + k - 1]; }

 private:
  OperatingPoint order_;
  PrefixDetail detail_ = PrefixDetail::decision;
  std::vector<PrefixScore> scores_;  // [images sizes]
};

}  // namespace fxe
