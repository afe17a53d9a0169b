// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/replay.h"

#include <algorithm>
#include <limits>

#include "engine/error.h"
#include "kernels/tail/decision.h"
#include "metareasoner/batch_state.h"
#include "metareasoner/member.h"

namespace fxe {

namespace {

// The cost table's column for each stage. Throws bad_input if a member has none.
std::vector<size_t> cost_columns(const Store& store, const OperatingPoint& order, const CostTable& costs) {
  std::vector<size_t> columns;
  if (costs.empty()) return columns;
  const auto& names = costs.members();
  for (const int m : order.members) {
    const std::string& name = store.header().members[static_cast<size_t>(m)].name;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw bad_input("costs: no member is called '{}' (there are: {}); are they of another ensemble?", name,
                      fmt::join(names, ", "));
    columns.push_back(static_cast<size_t>(found - names.begin()));
  }
  return columns;
}

// Adds up the costs of batches, given the number of members after which their images stop.
class BatchCosts {
 public:
  BatchCosts(const CostTable& costs, std::vector<size_t> columns, int batch)
      : batch_(batch), live_(columns.size()), ms_(columns.size()) {
    const auto sizes = batch_sizes(batch);
    for (size_t k = 0; k < columns.size(); ++k)
      for (int live = 1; live <= batch; ++live)
        ms_[k].push_back(costs.ms(columns[k], sizes[smallest_fit(sizes, live)]));
  }

  void add(int32_t members, Replayed& to) {
    if (ms_.empty()) return;
    for (size_t k = 0; k < static_cast<size_t>(members); ++k) ++live_[k];
    if (++images_ == batch_) flush(to);
  }

  void flush(Replayed& to) {
    double ms = 0;
    for (size_t k = 0; k < live_.size() && live_[k] > 0; ++k) ms += ms_[k][static_cast<size_t>(live_[k]) - 1];
    to.latency.add(ms, static_cast<size_t>(images_));
    to.network_ms += ms;
    std::fill(live_.begin(), live_.end(), 0);
    images_ = 0;
  }

 private:
  int batch_, images_ = 0;
  std::vector<int> live_;                // images that reach stage k
  std::vector<std::vector<double>> ms_;  // [stage][live - 1]
};

}  // namespace

RowResult decide(std::span<const PrefixScore> prefixes, std::span<const float> thresholds,
                 ReplaySignal signal, size_t classes) {
  TailStage stage{};
  TailArguments a;
  a.stage_parameters = &stage;
  RowResult row{-1, 0, 0, 0, 0, RowStatus::ok};
  for (size_t k = 0; k < prefixes.size(); ++k) {
    const PrefixScore& s = prefixes[k];
    if (s.scored) {
      row.label = s.label;
      row.p1 = s.p1;
      row.p2 = s.p2;
      row.margin = signal_value(signal, s, k + 1, classes);
    }
    a.stage = static_cast<int32_t>(k);
    a.last = k + 1 == prefixes.size();
    stage.threshold = a.last ? 1 : thresholds[k];
    if (!tail::conclude(a, s.scored != 0, 0, row)) break;
  }
  return row;
}

Replayed replay(const Store& store, const Trace& trace, std::span<const double> thresholds,
                ReplaySignal signal, const CostTable& costs, int batch, std::span<const size_t> only) {
  Replayed result(trace.sizes());
  const std::vector<float> t(thresholds.begin(), thresholds.end());
  BatchCosts batches(costs, cost_columns(store, trace.order(), costs), batch);
  std::vector<double> multiply_adds{0};  // of the first k
  for (const int m : trace.order().members) {
    const auto one = store.header().members[static_cast<size_t>(m)].multiply_adds;
    multiply_adds.push_back(multiply_adds.back() +
                            (one < 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(one)));
  }
  size_t asked = 0;
  for (size_t i = 0; i < store.images(); ++i) {
    const bool wanted = only.empty() || (asked < only.size() && only[asked] == i);
    if (wanted && !only.empty()) ++asked;
    if (!wanted || !store.readable(i)) {
      result.rows.push_back({-1, 0, 0, 0, 0, RowStatus::failed});
      result.hits.push_back({});
      continue;
    }
    const RowResult row = decide(trace.image(i), t, signal, store.classes());
    const PrefixScore& last = trace.at(i, static_cast<size_t>(row.members));
    const int32_t label = store.header().labels[i];
    Hits hits;
    if (label >= 0 && row.status != RowStatus::failed) hits = {row.label == label, last.label_rank < 5};
    result.rows.push_back(row);
    result.hits.push_back(hits);
    result.evaluation.add(label, row, hits);
    result.multiply_adds += multiply_adds[static_cast<size_t>(row.members)];
    batches.add(row.members, result);
  }
  batches.flush(result);
  return result;
}

}  // namespace fxe
