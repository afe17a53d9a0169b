// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "metareasoner/calibrate/cascade_bits.h"

namespace fxe {

namespace {

// One threshold's cascade so far: which images go on, what is spent by then, and its loss if it ended here.
struct Begun {
  float threshold;
  ImageBits left;
  Spent spent;
  int64_t ended;

  // With one more member, given by its bits.
  Begun with(const SetBits& bits, double cost) const {
    Begun next{threshold, left, spent, 0};
    const StageCounts c = run_stage(left, bits.stop, bits.plus, bits.minus, next.left);
    next.ended = spent.loss + c.loss_of_all;
    next.spent += {c.loss_of_stopped, static_cast<double>(c.reach) * cost};
    return next;
  }
};

// Loss removed per cost. Once loss is added, less is worse.
double gain(const Begun& before, const Begun& after) {
  const auto removed = static_cast<double>(before.ended - after.ended);
  const double cost = after.spent.cost - before.spent.cost;
  if (!(cost > 0)) return -std::numeric_limits<double>::infinity();
  return removed > 0 ? removed / cost : removed * cost;
}

}  // namespace

void search_greedily(const AnswersOf& answers_of, std::span<const double> cost, size_t images,
                     int64_t start_loss, ReplaySignal signal, const OrderSearchOptions& options,
                     BestOrders& best) {
  std::vector<size_t> members, rest(cost.size());
  for (size_t m = 0; m < rest.size(); ++m) rest[m] = m;
  std::vector<Begun> begun;
  std::vector<SetNode> path;
  while (!rest.empty()) {
    // The path so far, and each member that could be next.
    std::vector<SetNode> nodes = path;
    for (const size_t m : rest) nodes.push_back({members.size(), m});
    const auto answers = answers_of(nodes);
    if (begun.empty())
      for (const float t : shared_thresholds(answers, signal, options.thresholds))
        begun.push_back({t, every_image(images), {}, start_loss});
    std::vector<Begun> chosen;
    size_t which = 0;
    double most = -std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < rest.size(); ++c) {
      SetBits bits = to_bits(answers[path.size() + c]);
      members.push_back(rest[c]);
      std::vector<Begun> next;
      double largest = -std::numeric_limits<double>::infinity();
      for (const Begun& b : begun) {
        stop_above(answers[path.size() + c], b.threshold, bits);
        next.push_back(b.with(bits, cost[rest[c]]));
        largest = std::max(largest, gain(b, next.back()));
        if (options.subsets || rest.size() == 1)
          best.show(members, {next.back().ended, next.back().spent.cost}, b.threshold);
      }
      members.pop_back();
      if (!chosen.empty() && largest <= most) continue;
      most = largest;
      which = c;
      chosen = std::move(next);
    }
    begun = std::move(chosen);
    path.push_back({members.size(), rest[which]});
    members.push_back(rest[which]);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(which));
  }
}

}  // namespace fxe
