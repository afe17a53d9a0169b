// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/replay_report.h"

#include <algorithm>
#include <limits>
#include <map>

namespace fxe {

namespace {

double share(int64_t part, int64_t whole) {
  return whole ? static_cast<double>(part) / static_cast<double>(whole)
               : std::numeric_limits<double>::quiet_NaN();
}

// Everything at size k (1-based) that does not depend on where images stopped.
void describe_size(const Store& store, const Trace& trace, ReplaySignal signal, const Replayed& full,
                   size_t k, StageReport& stage) {
  std::vector<float> right, wrong;
  for (size_t i = 0; i < store.images(); ++i) {
    if (store.header().labels[i] < 0 || full.rows[i].members == 0) continue;
    const PrefixScore& s = trace.at(i, k);
    const bool hit = s.label_rank == 0;
    (hit ? right : wrong).push_back(s.label < 0 ? -1 : signal_value(signal, s, k, store.classes()));
    stage.flip_backs += hit && !full.hits[i].top1;
  }
  stage.size_top1 =
      share(static_cast<int64_t>(right.size()), static_cast<int64_t>(right.size() + wrong.size()));
  stage.auroc = auroc(std::move(right), std::move(wrong));
}

std::vector<ClassReport> by_class(const Store& store, const Replayed& policy, const Replayed& full) {
  std::map<int32_t, ClassReport> classes;
  for (size_t i = 0; i < store.images(); ++i) {
    const int32_t label = store.header().labels[i];
    if (label < 0 || full.rows[i].members == 0) continue;
    ClassReport& c = classes[label];
    c.label = label;
    ++c.images;
    c.full_right += full.hits[i].top1;
    c.policy_right += policy.hits[i].top1;
  }
  std::vector<ClassReport> list;
  for (const auto& [label, c] : classes) list.push_back(c);
  const auto loss = [](const ClassReport& c) { return share(c.full_right - c.policy_right, c.images); };
  std::stable_sort(list.begin(), list.end(), [&](const auto& a, const auto& b) { return loss(a) > loss(b); });
  return list;
}

}  // namespace

double auroc(std::vector<float> positive, std::vector<float> negative) {
  std::sort(positive.begin(), positive.end());
  std::sort(negative.begin(), negative.end());
  double wins = 0;
  size_t below = 0, not_above = 0;  // negatives below, and not above, the current positive
  for (const float p : positive) {
    while (below < negative.size() && negative[below] < p) ++below;
    while (not_above < negative.size() && negative[not_above] <= p) ++not_above;
    wins += static_cast<double>(below + not_above) / 2;
  }
  if (positive.empty() || negative.empty()) return std::numeric_limits<double>::quiet_NaN();
  return wins / (static_cast<double>(positive.size()) * static_cast<double>(negative.size()));
}

ReplayReport report(const Store& store, const Trace& trace, ReplaySignal signal, const Replayed& policy,
                    const Replayed& full) {
  ReplayReport r;
  r.stages.resize(trace.sizes());
  std::vector<int64_t> labelled(trace.sizes(), 0), right(trace.sizes(), 0);
  for (size_t i = 0; i < store.images(); ++i) {
    if (policy.rows[i].members == 0) continue;
    const auto k = static_cast<size_t>(policy.rows[i].members) - 1;
    ++r.stages[k].images;
    if (store.header().labels[i] < 0) continue;
    ++labelled[k];
    right[k] += policy.hits[i].top1;
    r.stages[k].gap.add(full.hits[i], policy.hits[i]);
    r.gap.add(full.hits[i], policy.hits[i]);
  }
  for (size_t k = 0; k < trace.sizes(); ++k) {
    r.stages[k].top1 = share(right[k], labelled[k]);
    describe_size(store, trace, signal, full, k + 1, r.stages[k]);
    if (r.stages[k].images)
      r.random_exits_top1 += share(r.stages[k].images, policy.evaluation.images()) * r.stages[k].size_top1;
  }
  r.classes = by_class(store, policy, full);
  return r;
}

}  // namespace fxe
