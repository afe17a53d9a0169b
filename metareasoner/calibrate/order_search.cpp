// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/order_search.h"

#include <algorithm>

#include "metareasoner/calibrate/cascade_bits.h"

namespace fxe {

namespace {

// Every order of every subset, depth first: orders with the same beginning share its work.
class ExactSearch {
 public:
  ExactSearch(const std::vector<SetBits>& by_set, std::span<const double> cost, size_t images, bool subsets,
              BestOrders& best)
      : by_set_(by_set), cost_(cost), subsets_(subsets), best_(best) {
    left_.assign(cost.size() + 1, no_images(images));
    left_[0] = every_image(images);
  }

  void run(float threshold) {
    threshold_ = threshold;
    extend(0, {});
  }

 private:
  void extend(size_t set, const Spent& spent) {
    const size_t depth = members_.size();
    for (size_t m = 0; m < cost_.size(); ++m) {
      if (set >> m & 1) continue;
      const SetBits& bits = by_set_[set | size_t{1} << m];
      const StageCounts c = run_stage(left_[depth], bits.stop, bits.plus, bits.minus, left_[depth + 1]);
      const double cost = spent.cost + static_cast<double>(c.reach) * cost_[m];
      members_.push_back(m);
      if (subsets_ || members_.size() == cost_.size())
        best_.show(members_, {spent.loss + c.loss_of_all, cost}, threshold_);
      if (members_.size() < cost_.size())
        extend(set | size_t{1} << m, {spent.loss + c.loss_of_stopped, cost});
      members_.pop_back();
    }
  }

  const std::vector<SetBits>& by_set_;
  std::span<const double> cost_;
  bool subsets_;
  BestOrders& best_;
  float threshold_ = 0;
  std::vector<size_t> members_;
  std::vector<ImageBits> left_;  // by depth
};

// All non-empty subsets in preorder, and the bits of their members.
void all_sets(size_t pool, size_t from, size_t set, size_t depth, std::vector<SetNode>& nodes,
              std::vector<size_t>& sets) {
  for (size_t m = from; m < pool; ++m) {
    nodes.push_back({depth, m});
    sets.push_back(set | size_t{1} << m);
    all_sets(pool, m + 1, sets.back(), depth + 1, nodes, sets);
  }
}

}  // namespace

OrderSearch search_orders(const Store& store, const OperatingPoint& pool, ReplaySignal signal, LossKind kind,
                          std::span<const FullAnswer> full, std::span<const size_t> images,
                          std::span<const double> cost, const std::function<Goal(size_t)>& goal,
                          const OrderSearchOptions& options, int threads) {
  std::vector<size_t> used;
  const size_t stride = std::max<size_t>(1, (images.size() + options.images - 1) / options.images);
  for (size_t n = 0; n < images.size(); n += stride) used.push_back(images[n]);
  OrderSearch search;
  search.images = used.size();
  search.exhaustive = pool.size() <= kExactPool;
  BestOrders best(goal(used.size()), options.keep);
  const auto answers_of = [&](const std::vector<SetNode>& nodes) {
    return answers_of_sets(store, pool, signal, kind, full, used, nodes, threads);
  };
  if (search.exhaustive) {
    std::vector<SetNode> nodes;
    std::vector<size_t> sets;
    all_sets(pool.size(), 0, 0, 0, nodes, sets);
    const auto answers = answers_of(nodes);
    std::vector<SetBits> by_set(size_t{1} << pool.size());
    for (size_t n = 0; n < nodes.size(); ++n) by_set[sets[n]] = to_bits(answers[n]);
    ExactSearch exact(by_set, cost, used.size(), options.subsets, best);
    for (const float t : shared_thresholds(answers, signal, options.thresholds)) {
      for (size_t n = 0; n < nodes.size(); ++n) stop_above(answers[n], t, by_set[sets[n]]);
      exact.run(t);
    }
    search.orders = best.orders();
    return search;
  }

  int64_t start_loss = 0;
  for (const size_t i : used) start_loss += kind == LossKind::disagreement || full[i].right;
  search_greedily(answers_of, cost, used.size(), start_loss, signal, options, best);
  search.orders = best.orders();
  return search;
}

}  // namespace fxe
