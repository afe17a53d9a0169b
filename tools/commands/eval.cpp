// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "engine/error.h"
#include "tools/commands/commands.h"
#include "tools/commands/eval_labels.h"
#include "tools/commands/eval_report.h"
#include "tools/commands/json_file.h"
#include "tools/commands/results_file.h"

namespace fxe {

namespace {

cxxopts::Options eval_options() {
  cxxopts::Options options("fxe eval", "Accuracy, exits and time of an ensemble on a labelled image folder.");
  const auto text = [] { return cxxopts::value<std::string>()->default_value(""); };
  options.add_options()("policy", "stored[:PROFILE] | full | first:K | t:0.9,0.8,...", text())(
      "compare-full", "run the full ensemble on the same batches and compare")(
      "predictions", "write one line an image to FILE.csv", text())(
      "results-file", "append one line of timm's columns and fxe's to FILE.csv", text())(
      "mlperf-log", "write MLPerf's accuracy log to FILE.json", text())(
      "in-flight", "on a GPU, batches under way at a time: 1 or 2; default: 2, and 1 at --batch 1", text())(
      "limit", "only the first N images", cxxopts::value<std::string>()->default_value("0"))(
      "strict", "exit 1 if any image failed")("classes", "class names of a single MODEL, one a line", text());
  add_label_options(options);
  add_run_options(options);
  add_model_options(options);
  return options;
}

std::string decider(const RunOptions& run) {
  if (run.control == "host" || run.launch == "stream") return "host";
  return run.control == "none" ? "none" : "device";
}

// To compare with the full ensemble both run on one batch after the other.
int batches_in_flight(const cxxopts::ParseResult& parsed, int batch) {
  const bool compares = parsed.count("compare-full") > 0;
  if (parsed["in-flight"].as<std::string>().empty()) return batch == 1 || compares ? 1 : 2;
  const auto wanted = static_cast<int>(read_integer(parsed, "in-flight", 1, 2));
  if (wanted > 1 && compares)
    throw bad_input("--in-flight {}: --compare-full runs one batch at a time", wanted);
  return wanted;
}

void print_failed(const EvalResult& result) {
  constexpr size_t kShown = 10;
  if (result.failed.empty()) return;
  fmt::print(stderr, "{} image{} could not be used:\n", result.failed.size(),
             result.failed.size() == 1 ? "" : "s");
  for (size_t i = 0; i < std::min(kShown, result.failed.size()); ++i)
    fmt::print(stderr, "  {}: {}\n", result.failed[i].path, result.failed[i].reason);
  if (result.failed.size() > kShown)
    fmt::print(stderr, "  ... and {} more (--json lists all)\n", result.failed.size() - kShown);
}

void print_head(const EvalSubject& s, const LoadedEnsemble& ensemble, const Dataset& dataset) {
  for (const auto& note : ensemble.notes) fmt::print("{}\n", note);
  fmt::print("{}: {} of {} members, policy {}, {}, {}, batch {}\n", s.ensemble, s.policy.point.size(),
             ensemble.file.members.size(), s.policy.text, s.device, name(s.precision), s.batch);
  fmt::print("{}: {} images, {}\n", dataset.root.string(), dataset.images(), dataset.layout);
  std::fflush(stdout);
}

}  // namespace

int run_eval(int argc, char** argv) {
  auto options = eval_options();
  const auto parsed = parse_options(options, argc, argv, "inputs", 2, "ENSEMBLE|MODEL FOLDER", 2);
  if (!parsed) return 0;
  RunOptions run = read_run_options(*parsed);
  run.sides = batches_in_flight(*parsed, run.batch);
  const auto limit = static_cast<size_t>(read_integer(*parsed, "limit", 0, INT64_MAX));
  const auto inputs = (*parsed)["inputs"].as<std::vector<std::string>>();

  LoadedEnsemble ensemble = load_ensemble(inputs[0], *parsed);
  Dataset dataset = open_labelled(inputs[1], ensemble, *parsed);
  const auto class_ids = restrict_classes(ensemble, dataset, *parsed);
  const auto results_file = (*parsed)["results-file"].as<std::string>();
  if (!results_file.empty()) check_results_file(results_file);
  if (limit) dataset.keep_first(limit);
  EvalSubject subject{
      ensemble.file.name, "",       resolve_policy(ensemble.file, (*parsed)["policy"].as<std::string>()), {},
      run.precision,      run.batch};
  for (int m : subject.policy.point.members)
    subject.member_names.push_back(ensemble.file.members[static_cast<size_t>(m)].name);
  Runtime runtime = make_runtime(ensemble, run);
  subject.device = runtime.device.name;
  if (run.sides > runtime.executor->sides() && parsed->count("in-flight"))
    throw bad_input("--in-flight {}: batches overlap only where a GPU decides; leave it out", run.sides);
  if (runtime.device.is_cuda)
    subject.schedule = {decider(run), run.tail, run.launch, runtime.executor->sides()};
  if (!run.quiet) print_head(subject, ensemble, dataset);
  const EvalResult result = evaluate(ensemble, runtime, dataset, subject.policy, run.batch,
                                     {.compare_full = parsed->count("compare-full") > 0,
                                      .quiet = run.quiet,
                                      .deadline_ms = run.deadline_ms.value_or(0),
                                      .predictions = (*parsed)["predictions"].as<std::string>(),
                                      .mlperf_log = (*parsed)["mlperf-log"].as<std::string>(),
                                      .class_ids = class_ids});
  write_json(run.json, eval_json(subject, result));
  print_failed(result);
  if (result.policy.evaluation.images() == 0) throw run_time_error("{}: no image could be used", inputs[1]);
  if (!results_file.empty()) append_results_file(results_file, ensemble, subject, result);
  if (!run.quiet) print_eval(subject, result, stdout);
  return parsed->count("strict") && !result.failed.empty() ? 1 : 0;
}

}  // namespace fxe
