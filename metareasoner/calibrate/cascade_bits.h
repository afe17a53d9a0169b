// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/calibrate/image_bits.h"
#include "metareasoner/calibrate/member_sets.h"
#include "metareasoner/calibrate/order_search.h"

namespace fxe {

// What the searches for orders share. One set's answers as bits: who stops at one threshold, and who loses.
struct SetBits {
  ImageBits stop, plus, minus;
};
SetBits to_bits(const SetAnswers&);  // stops none
void stop_above(const SetAnswers&, float threshold, SetBits&);
ImageBits every_image(size_t count);

// Equal shares of the values that the sets' signals have, and one that never stops.
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

// Answers of sets of the pool's members, for the images that are used.
using AnswersOf = std::function<std::vector<SetAnswers>(const std::vector<SetNode>&)>;

// Shows every beginning of one order, built by adding the member that removes most loss per cost
// (Streeter, Approximation algorithms for cascading prediction models, ICML 2018). start_loss: of answering
// nothing.
void search_greedily(const AnswersOf&, std::span<const double> cost, size_t images, int64_t start_loss,
                     ReplaySignal, const OrderSearchOptions&, BestOrders&);

}  // namespace fxe
