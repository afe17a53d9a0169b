// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "engine/error.h"
#include "engine/utf8.h"
#include "runtime/profile.h"
#include "tools/commands/commands.h"
#include "tools/commands/model_options.h"
#include "tools/commands/until_signal.h"
#include "tools/reports/dataset_report.h"
#include "tools/reports/json_file.h"
#include "tools/reports/outputs.h"
#include "tools/reports/profile_report.h"
#include "tools/reports/progress_bar.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

constexpr int64_t kMostTracedBatches = 10'000;

cxxopts::Options profile_options() {
  cxxopts::Options options(
      "fxe profile",
      "Time by member, layer and kernel, and what exits saved of each: docs/guides/profiling.md.");
  add_options(options,
              {{"policy", "POLICY", kPolicyHelp},
               {"limit", "N", "only the first N images; 0: all", "200"},
               {"classes", "FILE", "class names, one per line, instead of the ensemble's"},
               {"layers", "N", "layers and kernels to show; 0: all", "20"},
               {"csv", "FILE", "write a line for each kernel of each layer and batch size to FILE.csv"},
               {"trace", "FILE", "write the first batches to FILE.json, for Perfetto or chrome://tracing"},
               {"trace-batches", "N", "how many of them", "20"}});
  add_run_options(options);
  add_model_options(options);
  return options;
}

// The folder's images, ignoring labels.
Dataset images_of(const std::string& folder, size_t limit) {
  Dataset dataset = open_dataset(folder);
  if (limit) dataset.keep_first(limit);
  return dataset;
}

}  // namespace

int run_profile(int argc, char** argv) {
  auto options = profile_options();
  const auto parsed = parse_options(options, argc, argv, "inputs", 2, "ENSEMBLE|MODEL FOLDER", 2);
  if (!parsed) return 0;
  CommandOptions run = read_run_options(*parsed);
  run.every_size = true;  // compare_schedules() runs with every control
  const auto limit = static_cast<size_t>(read_integer(*parsed, "limit", 0, INT64_MAX));
  const auto shown = static_cast<size_t>(read_integer(*parsed, "layers", 0, INT64_MAX));
  const auto traced = static_cast<size_t>(read_integer(*parsed, "trace-batches", 1, kMostTracedBatches));
  const auto inputs = (*parsed)["inputs"].as<std::vector<std::string>>();

  LoadedEnsemble ensemble = load_ensemble(inputs[0], read_load_options(*parsed));
  const Dataset dataset = images_of(inputs[1], limit);
  ProfileSubject subject;
  subject.run = {
      ensemble.file.name, "",       resolve_policy(ensemble.file, (*parsed)["policy"].as<std::string>()), {},
      run.precision,      run.batch};
  for (const int m : subject.run.policy.point.members)
    subject.run.member_names.push_back(ensemble.file.members[static_cast<size_t>(m)].name);
  for (const auto& m : ensemble.file.members) subject.members.push_back(m.name);

  Runtime runtime = make_runtime(ensemble, run);
  subject.run.device = runtime.device.name;
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  OutputFile& csv = outputs.open("csv", output_kind::profile_csv);
  OutputFile& trace = outputs.open("trace", output_kind::trace);
  outputs.refuse_images(dataset);
  if (!run.quiet) {
    print_paragraph(stdout,
                    fmt::format("{}: policy {}, {}, {}, batch {}", subject.run.ensemble,
                                subject.run.policy.text, subject.run.device, name(run.precision), run.batch),
                    "", "  ", Ink::bold);
    print_dataset(dataset);
    std::fflush(stdout);
  }
  int signal = 0;
  const ProfileResult result = until_signal(signal, [&](const auto& stop) {
    return profile(ensemble, runtime, dataset, subject.run.policy, run,
                   {.deadline_ms = run.deadline_ms.value_or(0),
                    .traced_batches = trace ? traced : 0,
                    .stop = stop,
                    .progress = progress_bar("profile", "images", run.quiet),
                    .observed_progress = progress_bar("profile, kernels timed", "images", run.quiet)});
  });
  for (const auto& f : result.failed) fmt::print(stderr, "{}\n", on_one_line(f.path + ": " + f.reason));
  if (signal) {
    const auto how_far = fmt::format("after {} of {} images", result.images, dataset.images());
    if (!run.quiet) print_paragraph(stdout, "interrupted " + how_far, "\n  ", "  ", Ink::yellow);
    const bool timed = result.policies[KernelTable::full].observed_ms > 0;
    if (!run.quiet && timed) print_profile(subject, result, shown, stdout);
    return report_interrupted("profile", how_far, signal, *parsed, {"json", "csv", "trace"});
  }
  if (result.images == 0) throw run_time_error("{}: no image could be used", inputs[1]);
  write_json(json, profile_json(subject, result));
  write_profile_csv(csv, subject, result);
  if (trace) write_profile_trace(trace, subject, result);
  if (!run.quiet) print_profile(subject, result, shown, stdout);
  outputs.commit();
  return 0;
}

}  // namespace fxe
