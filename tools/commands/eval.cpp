// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "engine/error.h"
#include "engine/utf8.h"
#include "metareasoner/label_warning.h"
#include "tools/commands/commands.h"
#include "tools/commands/label_options.h"
#include "tools/commands/model_options.h"
#include "tools/commands/until_signal.h"
#include "tools/reports/dataset_report.h"
#include "tools/reports/eval_report.h"
#include "tools/reports/json_file.h"
#include "tools/reports/notes.h"
#include "tools/reports/outputs.h"
#include "tools/reports/progress_bar.h"
#include "tools/reports/results_file.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

cxxopts::Options eval_options() {
  cxxopts::Options options("fxe eval", "Accuracy, exits and time of an ensemble on a labelled image folder.");
  add_options(options, {{"policy", "POLICY", kPolicyHelp},
                        {"compare-full", nullptr, "run the full ensemble on the same batches and compare"},
                        {"limit", "N", "only the first N images; 0: all", "0"},
                        {"strict", nullptr, "exit 1 if any image failed"},
                        {"classes", "FILE", "class names, one per line, instead of the ensemble's"},
                        {"predictions", "FILE", "write a line for each image to FILE.csv"},
                        {"results-file", "FILE", "append a line of timm's columns and fxe's to FILE.csv"},
                        {"mlperf-log", "FILE", "write MLPerf's accuracy log to FILE.json"}});
  add_options(options, {{"in-flight", "N", "batches in flight: 1 or 2; default: 2, or 1 at --batch 1"}},
              kGpuGroup);
  add_label_options(options);
  add_run_options(options);
  add_model_options(options);
  return options;
}

// Comparing with the full ensemble runs both on one batch, one after the other.
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
  const auto head = fmt::format("{} image{} could not be used:", result.failed.size(),
                                result.failed.size() == 1 ? "" : "s");
  fmt::print(stderr, "{}\n", painted(terminal_of(stderr), Ink::red, head));
  for (size_t i = 0; i < std::min(kShown, result.failed.size()); ++i)
    fmt::print(stderr, "  {}\n", on_one_line(result.failed[i].path + ": " + result.failed[i].reason));
  if (result.failed.size() > kShown)
    fmt::print(stderr, "  ... and {} more (--json lists all)\n", result.failed.size() - kShown);
}

void print_head(const EvalSubject& s, const LoadedEnsemble& ensemble, const Dataset& dataset) {
  print_notes(ensemble.notes);
  print_paragraph(
      stdout,
      fmt::format("{}: {} of {} members, policy {}, {}, {}, batch {}", s.ensemble, s.policy.point.size(),
                  ensemble.file.members.size(), s.policy.text, s.device, name(s.precision), s.batch),
      "", "  ", Ink::bold);
  print_dataset(dataset);
  std::fflush(stdout);
}

}  // namespace

int run_eval(int argc, char** argv) {
  auto options = eval_options();
  const auto parsed = parse_options(options, argc, argv, "inputs", 2, "ENSEMBLE|MODEL FOLDER", 2);
  if (!parsed) return 0;
  CommandOptions run = read_run_options(*parsed);
  run.sides = batches_in_flight(*parsed, run.batch);
  const auto limit = static_cast<size_t>(read_integer(*parsed, "limit", 0, INT64_MAX));
  const auto inputs = (*parsed)["inputs"].as<std::vector<std::string>>();

  const LabelOptions labels = read_label_options(*parsed);
  LoadedEnsemble ensemble = load_ensemble(inputs[0], read_load_options(*parsed));
  Dataset dataset = open_labelled(inputs[1], ensemble, labels);
  const auto class_ids = restrict_classes(ensemble, dataset, labels.valid);
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
  subject.layout = dataset.layout;
  subject.left_out = dataset.left_out;
  if (class_ids.empty()) subject.classes = runtime.members[0]->classes();
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  OutputFile& predictions = outputs.open("predictions", output_kind::predictions);
  OutputFile& mlperf_log = outputs.open("mlperf-log", output_kind::mlperf_log);
  AppendFile& results_file = outputs.append("results-file", kResultsHead);
  outputs.refuse_images(dataset);
  if (!run.quiet) print_head(subject, ensemble, dataset);
  int signal = 0;
  const EvalResult result = until_signal(signal, [&](const auto& stop) {
    return evaluate(ensemble, runtime, dataset, subject.policy, run.batch,
                    {.compare_full = parsed->count("compare-full") > 0,
                     .deadline_ms = run.deadline_ms.value_or(0),
                     .predictions = predictions ? &predictions : nullptr,
                     .mlperf_log = mlperf_log ? &mlperf_log : nullptr,
                     .class_ids = class_ids,
                     .stop = stop,
                     .progress = progress_bar("eval", "images", run.quiet)});
  });
  if (runtime.device.is_cuda) {
    const Driving how = runtime.executor->driving();
    subject.schedule = {std::string(how.control), std::string(name(run.tail)), std::string(how.launch),
                        runtime.executor->sides()};
  }
  print_failed(result);
  if (signal) {
    if (!run.quiet) print_partial_eval(subject, result, dataset.images(), stdout);
    return report_interrupted("eval", fmt::format("after {} of {} images", result.done, dataset.images()),
                              signal, *parsed, {"json", "predictions", "results-file", "mlperf-log"});
  }
  write_json(json, eval_json(subject, result));
  // Every image failed: it could not be read, or no member gave finite outputs.
  const bool none = result.failed.size() == result.done;
  if (!none) results_file.add(results_line(ensemble, subject, result));
  if (!none && !run.quiet) print_eval(subject, result, stdout);
  if (const auto warning = label_warning(result.policy.evaluation, subject.classes);
      !none && !warning.empty())
    fmt::print(stderr, "warning: {}\n", warning);
  outputs.commit();  // after everything was printed, so that a failing write loses nothing
  if (none) throw run_time_error("{}: no image got a prediction", inputs[1]);
  return parsed->count("strict") && !result.failed.empty() ? 1 : 0;
}

}  // namespace fxe
