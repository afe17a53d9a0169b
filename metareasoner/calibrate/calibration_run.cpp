// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/calibration_run.h"

#include "engine/error.h"

namespace fxe {

namespace {

// What one store says about the policy's order and about the full ensemble's.
struct Traces {
  Traces(const Store& s, const CalibrationRequest& r, const OperatingPoint& point)
      : store(s),
        order(r.order),
        full(Trace::of(s, r.order, detail(r), r.threads)),
        other(same_order(point, r.order) ? std::nullopt
                                         : std::optional<Trace>(Trace::of(s, point, detail(r), r.threads))) {}

  static PrefixDetail detail(const CalibrationRequest& r) {
    return needs_all_details(r.signal) ? PrefixDetail::all : PrefixDetail::decision;
  }
  static bool same_order(const OperatingPoint& a, const OperatingPoint& b) {
    return a.members == b.members && a.weights == b.weights && a.temperatures == b.temperatures &&
           a.combine == b.combine;
  }
  const Trace& policy() const { return other ? *other : full; }

  const Store& store;
  OperatingPoint order;
  Trace full;
  std::optional<Trace> other;
};

CalibrationSide measure(const Traces& t, const CalibrationRequest& r, const Calibrated& found,
                        const std::vector<size_t>& images, bool baselines) {
  Replayed policy = replay(t.store, t.policy(), found.thresholds, r.signal, r.costs, r.batch, images);
  Replayed full = replay(t.store, t.full, r.order.thresholds, ReplaySignal::margin, r.costs, r.batch, images);
  ReplayReport found_report = report(t.store, t.policy(), r.signal, policy, full);
  CalibrationSide side{std::move(policy), std::move(full), std::move(found_report), {}};
  if (baselines && !t.store.is_compact()) {
    const UnitCosts unit = unit_costs(t.store, r.order, r.costs, r.batch);
    side.subsets = search_subsets(t.store, r.order, unit.of_member, mean_cost(side.policy, unit.unit),
                                  r.threads, images);
  }
  return side;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double v : values) total += v;
  return total;
}

}  // namespace

std::vector<CalibrationOutcome> run_calibration(const Store& store, const CalibrationRequest& r,
                                                const OperatingPoint& point,
                                                const CalibrationImages& images) {
  const Traces here(store, r, point);
  std::optional<Traces> there;
  if (images.test_store && images.test_store != &store) there.emplace(*images.test_store, r, point);
  const auto full = full_answers(here.full);
  const CalibrationData data{store,
                             here.policy(),
                             r.signal,
                             full,
                             unit_costs(store, point, r.costs, r.batch),
                             sum(unit_costs(store, r.order, r.costs, r.batch).of_member),
                             r.candidates,
                             r.threads};
  const auto fit = usable_images(store, r.objective.loss, images.fit),
             judged = usable_images(store, r.objective.loss, images.judged);
  const auto& own = r.objective.kind == Objective::Kind::guaranteed ? judged : fit;
  const bool tested = !images.test.empty();
  std::vector<CalibrationOutcome> outcomes;
  for (Calibrated& c : calibrate(data, r.objective, fit, judged)) {
    OperatingPoint chosen = point;
    chosen.thresholds = c.thresholds;
    CalibrationSide side = measure(here, r, c, own, r.baselines && !tested);
    CalibrationOutcome o{std::move(c), std::move(chosen), std::move(side), {}};
    if (tested) o.test = measure(there ? *there : here, r, o.found, images.test, r.baselines);
    outcomes.push_back(std::move(o));
  }
  return outcomes;
}

std::vector<SignalOutcome> compare_signals(const Store& store, CalibrationRequest r,
                                           const OperatingPoint& point, const CalibrationImages& images) {
  std::vector<SignalOutcome> rows;
  r.baselines = false;
  for (const auto signal : {ReplaySignal::margin, ReplaySignal::raw_margin, ReplaySignal::top1,
                            ReplaySignal::entropy, ReplaySignal::agreement}) {
    r.signal = signal;
    SignalOutcome row{signal, {}, ""};
    try {
      row.outcome = run_calibration(store, r, point, images).front();
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::bad_input) throw;
      row.refused = e.what();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace fxe
