// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "engine/error.h"
#include "layers/optimize.h"
#include "metareasoner/policy.h"
#include "metareasoner/store/npy_file.h"
#include "runtime/ensemble_runtime.h"
#include "tools/commands/commands.h"
#include "tools/commands/model_options.h"
#include "tools/commands/options.h"
#include "tools/commands/until_signal.h"
#include "tools/reports/bench_output.h"
#include "tools/reports/bench_report.h"
#include "tools/reports/dataset_report.h"
#include "tools/reports/json_file.h"
#include "tools/reports/notes.h"
#include "tools/reports/outputs.h"
#include "tools/reports/progress_bar.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

constexpr uint64_t kSeed = 1;
constexpr int kCopies = 50;  // of a batch in each direction, timed by themselves

cxxopts::Options bench_options() {
  cxxopts::Options options("fxe bench",
                           "Latency and throughput of an ensemble or network, in trtexec's words.");
  add_options(options,
              {{"policy", "POLICY", kPolicyHelp},
               {"images", "FOLDER", "take the input from these images instead of random numbers"},
               {"limit", "N", "images of the folder to keep in memory", "256"},
               {"loadInputs", "FILE", "take the input unchanged from FILE.npy, fp32 [n c h w]"},
               {"warmUp", "MS", "milliseconds before anything counts", "200"},
               {"iterations", "N", "queries of each row, at least", "10"},
               {"duration", "S", "seconds of all rows together, at least", "3"},
               {"percentile", "P,...", "percentiles to report", "90,95,99"},
               {"only-policy", nullptr, "omit the rows of single members and of stopping after each"},
               {"exportTimes", "FILE", "write the time of every query of the policy to FILE.json"},
               {"exportOutput", "FILE",
                "write the policy's probabilities [batch classes] for the first batch to "
                "FILE.npy"}});
  add_run_options(options);
  add_model_options(options);
  return options;
}

// An ensemble or model file, or a network by name with seeded random weights.
LoadedEnsemble load_subject(const std::string& input, const cxxopts::ParseResult& parsed) {
  // Images of a folder are preprocessed; random numbers and arrays are not.
  if (std::filesystem::exists(input))
    return load_ensemble(input, read_load_options(parsed, /*needs_images=*/parsed.count("images") > 0));
  LoadedEnsemble e;
  LoadedModel loaded = random_model(input, kSeed);
  loaded.model = optimize(loaded.model);
  MemberEntry member;
  member.name = e.file.name = input;
  member.preprocess.crop_h = static_cast<int>(loaded.model.input().h);
  member.preprocess.crop_w = static_cast<int>(loaded.model.input().w);
  e.file.members = {member};
  e.inputs = {member.preprocess};
  e.input_of = {0};
  e.models.push_back(std::move(loaded));
  e.notes = {input + ": seeded random weights"};
  return e;
}

BenchLimits read_limits(const cxxopts::ParseResult& parsed) {
  constexpr double kLongestS = 86400;
  constexpr int64_t kMost = 100'000'000;
  return {read_real(parsed, "warmUp", 0, 1000 * kLongestS), read_integer(parsed, "iterations", 1, kMost),
          read_real(parsed, "duration", 0, kLongestS)};
}

std::vector<double> read_percents(const std::string& text) {
  auto percents = parse_numbers(text, "--percentile", split_list(text).size());
  for (const double p : percents)
    if (p > 100) throw bad_input("--percentile: expected numbers above 0 and up to 100, found {}", p);
  return percents;
}

// The policy, then each of its members alone, then the ensemble stopped after each.
std::vector<BenchRow> make_rows(const EnsembleFile& file, const Policy& policy, bool only_policy) {
  std::vector<BenchRow> rows;
  rows.push_back({BenchRow::Kind::policy, policy.text, policy.point, {}, 0});
  const auto& point = policy.point;
  if (only_policy || point.size() == 1) return rows;
  const auto prefix = [&](size_t first, size_t count) {
    OperatingPoint part = point;
    const auto cut = [&](auto& values) {
      values.assign(values.begin() + static_cast<std::ptrdiff_t>(first),
                    values.begin() + static_cast<std::ptrdiff_t>(first + count));
    };
    cut(part.members);
    cut(part.weights);
    cut(part.temperatures);
    part.thresholds.assign(count - 1, 1);
    return part;
  };
  for (size_t k = 0; k < point.size(); ++k)
    rows.push_back({BenchRow::Kind::member,
                    file.members[static_cast<size_t>(point.members[k])].name + " alone",
                    prefix(k, 1),
                    {},
                    0});
  for (size_t k = 1; k <= point.size(); ++k)
    rows.push_back({BenchRow::Kind::stop_after, fmt::format("stop after {}", k), prefix(0, k), {}, 0});
  return rows;
}

bool has_exits(const OperatingPoint& point) {
  return std::ranges::any_of(point.thresholds, [](double t) { return t >= 0 && t < 1; });
}

}  // namespace

int run_bench(int argc, char** argv) {
  auto options = bench_options();
  const auto parsed = parse_options(options, argc, argv, "inputs", 1, "ENSEMBLE|MODEL|NETWORK", 1);
  if (!parsed) return 0;
  CommandOptions run = read_run_options(*parsed);
  const BenchLimits limits = read_limits(*parsed);
  const auto percents = read_percents((*parsed)["percentile"].as<std::string>());
  constexpr int64_t kMostImages = 4096;
  const auto limit = static_cast<size_t>(read_integer(*parsed, "limit", 1, kMostImages));
  const auto folder = (*parsed)["images"].as<std::string>(),
             array = (*parsed)["loadInputs"].as<std::string>();
  if (!folder.empty() && !array.empty())
    throw bad_input("--loadInputs: expected no --images with it, found {}", folder);
  run.pixels = array.empty();
  const auto input = (*parsed)["inputs"].as<std::vector<std::string>>()[0];

  LoadedEnsemble ensemble = load_subject(input, *parsed);
  const Policy policy = resolve_policy(ensemble.file, (*parsed)["policy"].as<std::string>());
  Dataset dataset;
  if (!folder.empty()) dataset = open_dataset(folder);
  const Tensor loaded = array.empty() ? Tensor() : read_npy(array);
  Runtime runtime = make_runtime(ensemble, run);
  BenchInput tensors = !array.empty() ? BenchInput::load(loaded, array, runtime.inputs, run.batch)
                       : !folder.empty()
                           ? BenchInput::read(dataset, runtime.inputs, limit, run.max_pixels)
                           : BenchInput::random(runtime.inputs, static_cast<size_t>(run.batch), kSeed);
  const bool random = folder.empty() && array.empty();
  auto rows = make_rows(ensemble.file, policy, parsed->count("only-policy") > 0);
  BenchSubject subject{ensemble.file.name,
                       runtime.device.name,
                       run.precision,
                       run.batch,
                       policy.text,
                       random ? fmt::format("random, seed {}", kSeed)
                              : fmt::format("{}, {} images", folder + array, tensors.images()),
                       limits,
                       percents};
  subject.left_out = dataset.left_out;
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  OutputFile& times = outputs.open("exportTimes", output_kind::times);
  OutputFile& output = outputs.open("exportOutput", output_kind::npy);
  outputs.refuse_images(dataset);
  if (!run.quiet) {
    print_notes(ensemble.notes);
    print_paragraph(
        stdout,
        fmt::format("{}: policy {}, {}, {}, batch {}; input: {}", subject.ensemble, subject.policy,
                    subject.device, name(subject.precision), subject.batch, subject.input),
        "", "  ", Ink::bold);
    if (!folder.empty()) print_dataset(dataset);
    if (random && has_exits(policy.point))
      print_paragraph(
          stdout, "note: where this policy stops depends on the images; --images FOLDER gives it real ones",
          "", "  ", Ink::yellow);
    std::fflush(stdout);
  }
  if (output) export_output(output, *runtime.executor, tensors, policy.point, run.batch);
  int signal = 0;
  subject.wall_s = until_signal(signal, [&](const auto& stop) {
    return bench(*runtime.executor, tensors, run.batch, run.deadline_ms.value_or(0), limits, rows,
                 {.stop = stop, .progress = progress_bar("bench", "rounds", run.quiet)});
  });
  const size_t rounds = rows[0].times.latency_ms.size();
  if (signal) {
    const auto how_far = fmt::format("after {} rounds", rounds);
    if (!run.quiet) print_paragraph(stdout, "interrupted " + how_far, "\n  ", "  ", Ink::yellow);
    if (!run.quiet && rounds > 0) print_bench(stdout, subject, rows);
    return report_interrupted("bench", how_far, signal, *parsed, {"json", "exportTimes"});
  }
  subject.copies = runtime.executor->time_copies(kCopies);
  write_json(json, bench_json(subject, rows));
  write_json(times, times_json(rows[0].times));
  if (!run.quiet) print_bench(stdout, subject, rows);
  outputs.commit();
  return 0;
}

}  // namespace fxe
