// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "metareasoner/label_warning.h"
#include "metareasoner/predictions_csv.h"
#include "metareasoner/store/store_ensemble.h"
#include "tools/commands/commands.h"
#include "tools/commands/store_options.h"
#include "tools/reports/json_file.h"
#include "tools/reports/outputs.h"
#include "tools/reports/replay_report.h"
#include "weights_converter/source_files.h"

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
  add_options(options,
              {{"policy", "POLICY", "full, first:K, t:0.9,0.8,... or, with --ensemble, stored[:PROFILE]"},
               {"ensemble", "FILE", "the ensemble file, for its profiles"}},
              "Operating point");
  add_store_order_options(options);
  return options;
}

ReplayPoint read_replay_point(const Store& store, const cxxopts::ParseResult& parsed) {
  const auto text = parsed["policy"].as<std::string>(), ensemble = parsed["ensemble"].as<std::string>();
  const auto order = read_store_order(store, parsed);
  EnsembleFile file = as_ensemble(store, order);
  const bool stored = text.starts_with("stored") || (text.empty() && !ensemble.empty());
  if (stored && ensemble.empty())
    throw bad_input("policy '{}': profiles are in the ensemble file; name it with --ensemble", text);
  if (!ensemble.empty()) {
    const EnsembleFile given = read_matching_ensemble(store, ensemble, weight_files_of);
    if (stored && !parsed["order"].as<std::string>().empty())
      throw bad_input("policy '{}' has an order of its own; leave out --order",
                      text.empty() ? "stored" : text);
    if (stored) file = given;
  }
  ReplayPoint p = replay_point(file, order, text);
  read_store_joining(parsed, p.full, p.policy.point);
  if (const auto signal = parsed["signal"].as<std::string>(); !signal.empty())
    p.signal = parse_signal(signal);
  check_operating_point(p.policy.point, store.members(), "operating point");
  check_operating_point(p.full, store.members(), "operating point");
  return p;
}

ReplayRequest read_replay_request(const Store& store, const cxxopts::ParseResult& parsed) {
  ReplayRequest r;
  r.point = read_replay_point(store, parsed);
  r.batch = read_store_batch(store, parsed);
  r.threads = read_store_threads(parsed);
  r.costs = read_store_costs(store, parsed);
  r.baselines = !parsed.count("no-baselines");
  r.against = parsed["against"].as<std::string>();
  return r;
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
  const ReplayRequest request = read_replay_request(store, *parsed);
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  OutputFile& predictions = outputs.open("predictions", output_kind::predictions);
  outputs.refuse(request.against);

  const ReplayResult r = replay_beside_full(store, request);
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
