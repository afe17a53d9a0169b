// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "engine/error.h"
#include "metareasoner/calibrate/unit_costs.h"
#include "metareasoner/label_warning.h"
#include "metareasoner/predictions_csv.h"
#include "tools/commands/commands.h"
#include "tools/commands/store_order.h"
#include "tools/reports/json_file.h"
#include "tools/reports/outputs.h"
#include "tools/reports/replay_output.h"

namespace fxe {

namespace {

cxxopts::Options replay_options() {
  cxxopts::Options options("fxe replay",
                           "Any operating point of a recorded ensemble, without running a network.");
  add_options(
      options,
      {{"predictions", "FILE", "write a line for each image to FILE.csv"},
       {"against", "FILE",
        "compare with what eval wrote with --predictions on the same images; exit 3 if they differ by more "
        "than noise"},
       {"no-baselines", nullptr, "leave out the search for the best fixed subset"},
       {"json", "FILE", "write the result to FILE"},
       {"quiet", nullptr, "no table"},
       {"force", nullptr, "outputs may replace existing files of another kind"}});
  add_replay_point_options(options);
  return options;
}

// Whether the policy's prefixes are those of the full ensemble.
bool is_prefix(const OperatingPoint& a, const OperatingPoint& full) {
  const auto starts = [](const auto& part, const auto& whole) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
  };
  return a.combine == full.combine && starts(a.members, full.members) && starts(a.weights, full.weights) &&
         starts(a.temperatures, full.temperatures);
}

// What the policy spends per image, in the unit of the costs.
double spent(const ReplayResult& r, UnitCosts::Unit unit) {
  switch (unit) {
    case UnitCosts::Unit::ms:
      return r.policy.time_per_image_ms();
    case UnitCosts::Unit::multiply_adds:
      return r.policy.mean_multiply_adds();
    case UnitCosts::Unit::members:
      return r.policy.evaluation.mean_members();
  }
  return 0;
}

void write_predictions(const Store& store, const Replayed& replayed, OutputFile& file) {
  if (!file) return;
  PredictionsCsv csv(file);
  for (size_t i = 0; i < store.images(); ++i)
    csv.add(store.header().paths[i], store.header().labels[i], replayed.rows[i]);
}

}  // namespace

int run_replay(int argc, char** argv) {
  auto options = replay_options();
  const auto parsed = parse_options(options, argc, argv, "store", 1, "STORE", 1);
  if (!parsed) return 0;
  const Store store = Store::open((*parsed)["store"].as<std::vector<std::string>>()[0]);
  const ReplayPoint point = read_replay_point(store, *parsed);
  const int batch = read_store_batch(store, *parsed), threads = read_store_threads(*parsed);
  const CostTable costs = read_store_costs(store, *parsed);
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  OutputFile& predictions = outputs.open("predictions", output_kind::predictions);
  outputs.refuse((*parsed)["against"].as<std::string>());
  const auto detail = needs_all_details(point.signal) ? PrefixDetail::all : PrefixDetail::decision;

  const Trace full_trace = Trace::of(store, point.full, detail, threads);
  const Trace trace = is_prefix(point.policy.point, point.full)
                          ? full_trace.first(point.policy.point.size())
                          : Trace::of(store, point.policy.point, detail, threads);
  Replayed policy = replay(store, trace, point.policy.point.thresholds, point.signal, costs, batch);
  Replayed full = replay(store, full_trace, point.full.thresholds, ReplaySignal::margin, costs, batch);
  if (policy.evaluation.images() == 0)
    throw run_time_error("{}: no image could be used", store.path().string());
  ReplayReport found = report(store, trace, point.signal, policy, full);
  ReplayResult r{point, batch, costs, std::move(policy), std::move(full), std::move(found), "", {}, {}};
  const UnitCosts unit = unit_costs(store, point.full, costs, batch);
  r.cost_unit = name(unit.unit);
  if (!store.is_compact() && !parsed->count("no-baselines"))
    r.subsets = search_subsets(store, point.full, unit.of_member, spent(r, unit.unit), threads);
  if (const auto csv = (*parsed)["against"].as<std::string>(); !csv.empty())
    r.against = compare_predictions(store, trace, point.policy.point.thresholds, point.signal, r.policy, csv);

  write_predictions(store, r.policy, predictions);
  write_json(json, replay_json(store, r));
  if (!parsed->count("quiet")) print_replay(store, r, stdout);
  outputs.commit();
  if (r.against && !r.against->beyond.empty())
    throw check_failed("{} of {} decisions differ by more than noise, such as that of {}",
                       r.against->beyond.size(), r.against->compared, r.against->beyond.front());
  if (const auto warning = label_warning(r.policy.evaluation, static_cast<int64_t>(store.classes()));
      !warning.empty())
    fmt::print(stderr, "warning: {}\n", warning);
  return 0;
}

}  // namespace fxe
