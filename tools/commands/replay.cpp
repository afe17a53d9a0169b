// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <thread>

#include "engine/error.h"
#include "metareasoner/predictions_csv.h"
#include "tools/commands/commands.h"
#include "tools/commands/json_file.h"
#include "tools/commands/replay_output.h"

namespace fxe {

namespace {

cxxopts::Options replay_options() {
  cxxopts::Options options("fxe replay",
                           "Any operating point of a recorded ensemble, without running a network.");
  const auto text = [] { return cxxopts::value<std::string>()->default_value(""); };
  options.add_options()("predictions", "write one line an image to FILE.csv", text())(
      "against",
      "compare with the predictions of eval on the same images; exit 3 if they differ by more than noise",
      text())("no-baselines", "leave out the search for the best fixed subset")(
      "threads", "0: every core", cxxopts::value<int>()->default_value("0"))(
      "json", "write the result to FILE", text())("quiet", "no table");
  add_replay_point_options(options);
  return options;
}

int read_batch(const Store& store, const cxxopts::ParseResult& parsed) {
  const int batch = parsed.count("batch") ? parsed["batch"].as<int>() : store.header().batch;
  if (batch < 1 || batch > 1024) throw bad_input("--batch: expected 1 to 1024, found {}", batch);
  return batch;
}

int read_threads(const cxxopts::ParseResult& parsed) {
  const int threads = parsed["threads"].as<int>();
  if (threads < 0 || threads > 1024) throw bad_input("--threads: expected 0 to 1024, found {}", threads);
  return threads ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Whether the policy's prefixes are those of the full ensemble.
bool is_prefix(const OperatingPoint& a, const OperatingPoint& full) {
  const auto starts = [](const auto& part, const auto& whole) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
  };
  return a.combine == full.combine && starts(a.members, full.members) && starts(a.weights, full.weights) &&
         starts(a.temperatures, full.temperatures);
}

// Of one image, by member of the order; and what the policy spends in the same unit.
struct UnitCosts {
  std::string unit;
  std::vector<double> of_member;
  double budget;
};
UnitCosts unit_costs(const Store& store, const ReplayResult& r) {
  UnitCosts c;
  const bool timed = r.policy.latency.count() > 0;
  const bool counted = std::isfinite(r.full.multiply_adds);
  c.unit = timed ? "ms per image" : counted ? "multiply-adds" : "members";
  c.budget = timed     ? r.policy.time_per_image_ms()
             : counted ? r.policy.mean_multiply_adds()
                       : r.policy.evaluation.mean_members();
  for (const int m : r.point.full.members) {
    const StoreMember& member = store.header().members[static_cast<size_t>(m)];
    const auto& names = r.costs.members();
    const auto column =
        static_cast<size_t>(std::find(names.begin(), names.end(), member.name) - names.begin());
    c.of_member.push_back(timed     ? r.costs.ms(column, r.batch) / r.batch
                          : counted ? static_cast<double>(member.multiply_adds)
                                    : 1);
  }
  return c;
}

void write_predictions(const Store& store, const Replayed& replayed, const std::string& path) {
  if (path.empty()) return;
  PredictionsCsv csv(path);
  for (size_t i = 0; i < store.images(); ++i)
    csv.add(store.header().paths[i], store.header().labels[i], replayed.rows[i]);
  csv.commit();
}

}  // namespace

int run_replay(int argc, char** argv) {
  auto options = replay_options();
  const auto parsed = parse_options(options, argc, argv, "store", 1, "STORE", 1);
  if (!parsed) return 0;
  const Store store = Store::open((*parsed)["store"].as<std::vector<std::string>>()[0]);
  const ReplayPoint point = read_replay_point(store, *parsed);
  const int batch = read_batch(store, *parsed), threads = read_threads(*parsed);
  const CostTable costs = read_replay_costs(store, *parsed);
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
  const UnitCosts unit = unit_costs(store, r);
  r.cost_unit = unit.unit;
  if (!store.is_compact() && !parsed->count("no-baselines"))
    r.subsets = search_subsets(store, point.full, unit.of_member, unit.budget, threads);
  if (const auto csv = (*parsed)["against"].as<std::string>(); !csv.empty())
    r.against = compare_predictions(store, trace, point.policy.point.thresholds, point.signal, r.policy, csv);

  write_predictions(store, r.policy, (*parsed)["predictions"].as<std::string>());
  write_json((*parsed)["json"].as<std::string>(), replay_json(store, r));
  if (!parsed->count("quiet")) print_replay(store, r, stdout);
  if (r.against && !r.against->beyond.empty())
    throw check_failed("{} of {} decisions differ by more than noise, such as that of {}",
                       r.against->beyond.size(), r.against->compared, r.against->beyond.front());
  return 0;
}

}  // namespace fxe
