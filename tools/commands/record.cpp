// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "engine/error.h"
#include "engine/files/files_read.h"
#include "metareasoner/fingerprint.h"
#include "metareasoner/store/store.h"
#include "runtime/record.h"
#include "tools/commands/commands.h"
#include "tools/commands/label_options.h"
#include "tools/commands/model_options.h"
#include "tools/commands/store_options.h"
#include "tools/commands/until_signal.h"
#include "tools/reports/dataset_report.h"
#include "tools/reports/outputs.h"
#include "tools/reports/progress_bar.h"
#include "tools/reports/store_report.h"
#include "weights_converter/source_files.h"

namespace fxe {

namespace {

cxxopts::Options record_options() {
  cxxopts::Options options("fxe record",
                           "Every member's logits for every image of a folder, in one file that replay and "
                           "calibrate read. After Ctrl-C or a kill, the same command continues.");
  add_options(options, {{"limit", "N", "only the first N images; 0: all", "0"},
                        {"classes", "FILE", "class names, one per line, instead of the ensemble's"}});
  add_folder_options(options);
  add_store_options(options);
  add_run_options(options);
  add_model_options(options);
  return options;
}

StoreHeader describe(const LoadedEnsemble& ensemble, const Runtime& runtime, const Dataset& dataset,
                     const RunOptions& run, StoreForm form) {
  const Fingerprint print = fingerprint(ensemble.file, weight_files_of);
  expect_files_unchanged();  // otherwise it may be of other weights than those that run
  StoreHeader h;
  h.form = form;
  h.ensemble = ensemble.file.name;
  h.fingerprint = print.ensemble;
  h.device = runtime.device.name;
  h.precision = name(run.precision);
  h.batch = run.batch;
  h.combine = ensemble.file.combine;
  h.classes = runtime.members[0]->classes();
  h.class_names = ensemble.classes;
  for (size_t m = 0; m < runtime.members.size(); ++m) {
    const MemberEntry& entry = ensemble.file.members[m];
    h.members.push_back({entry.name, print.models[m], runtime.members[m]->multiply_adds(), entry.weight,
                         entry.temperature, to_json(entry.preprocess)});
  }
  h.paths = dataset.paths;
  h.labels.assign(dataset.labels.begin(), dataset.labels.end());
  return h;
}

// Networks and images are gone before the store is opened for the report.
RecordResult make_store(const cxxopts::ParseResult& parsed, const CommandOptions& run, const StoreOptions& to,
                        LeftOut& left_out, Outputs& outputs, int& signal) {
  const auto inputs = parsed["inputs"].as<std::vector<std::string>>();
  LoadedEnsemble ensemble = load_ensemble(inputs[0], read_load_options(parsed));
  Dataset dataset = open_labelled(inputs[1], ensemble, read_label_options(parsed));
  left_out = dataset.left_out;
  if (const auto limit = read_integer(parsed, "limit", 0, INT64_MAX))
    dataset.keep_first(static_cast<size_t>(limit));
  Runtime runtime = make_runtime(ensemble, run);
  OutputFile& costs = outputs.open("the costs beside -o", costs_path(to.path), output_kind::costs);
  outputs.refuse_images(dataset);
  StoreWriter writer(to.path, describe(ensemble, runtime, dataset, run, to.form));
  if (!run.quiet) {
    fmt::print("{}: {} members, {}, {}, batch {}\n", ensemble.file.name, runtime.members.size(),
               runtime.device.name, name(run.precision), run.batch);
    print_dataset(dataset);
    if (!writer.kept().empty())
      fmt::print("continuing after {} images already recorded\n", writer.kept().size());
    std::fflush(stdout);
  }
  RecordResult result = until_signal(signal, [&](const auto& stop) {
    return record(ensemble, runtime, dataset, run.batch, writer,
                  {.stop = stop, .progress = progress_bar("record", "images", run.quiet)});
  });
  if (signal) {
    result.kept = writer.written();
    return result;
  }
  result.costs.write(costs);
  costs.commit();
  writer.finish();
  return result;
}

}  // namespace

int run_record(int argc, char** argv) {
  auto options = record_options();
  const auto parsed = parse_options(options, argc, argv, "inputs", 2, "ENSEMBLE|MODEL FOLDER", 2);
  if (!parsed) return 0;
  const CommandOptions run = read_run_options(*parsed);
  const StoreOptions to = read_store_options(*parsed);
  if (run.deadline_ms)
    throw bad_input("--deadline-ms: record runs every member on every image; leave it out");

  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  LeftOut left_out;
  int signal = 0;
  const RecordResult result = make_store(*parsed, run, to, left_out, outputs, signal);
  if (signal)
    return report_interrupted(
        "record",
        fmt::format("with {} of {} images recorded; the same command continues after them", result.kept,
                    result.images),
        signal, *parsed, {});
  report_store(to.path, result.unreadable, left_out, json, run.quiet);
  outputs.commit();
  return 0;
}

}  // namespace fxe
