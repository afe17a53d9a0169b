// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/calibrate/image_bits.h"
#include "metareasoner/calibrate/member_sets.h"
#include "metareasoner/calibrate/order_search.h"

namespace fxe {

// What the searches for orders share. One set's answers as bits: which images stop at one threshold, and
// which lose.
struct SetBits {
  ImageBits stop, plus, minus;
};
SetBits to_bits(const SetAnswers&);  // no image stops
void stop_above(const SetAnswers&, float threshold, SetBits&);
ImageBits every_image(size_t count);

// Equal shares of the values of the sets' signals, and one that never stops.
std::vector<float> shared_thresholds(const std::vector<SetAnswers>&, ReplaySignal, size_t count);

// The best orders so far, best first; one entry per order.
class BestOrders {
 public:
  BestOrders(const Goal& goal, size_t keep) : goal_(goal), keep_(keep) {}
  void show(const std::vector<size_t>& members, const Spent&, float threshold);
  const std::vector<FoundOrder>& orders() const { return orders_; }

 private:
  Goal goal_;
  size_t keep_;
  std::vector<FoundOrder> orders_;
};

// The answers of sets of the pool's members, for the images used.
using AnswersOf = std::function<std::vector<SetAnswers>(const std::vector<SetNode>&)>;

// Shows every beginning of one order, built by repeatedly adding the member that removes most loss per cost
// (Streeter, Approximation algorithms for cascading prediction models, ICML 2018). start_loss: that of
// answering nothing.
void search_greedily(const AnswersOf&, std::span<const double> cost, size_t images, int64_t start_loss,
                     ReplaySignal, const OrderSearchOptions&, BestOrders&);

}  // namespace fxe
