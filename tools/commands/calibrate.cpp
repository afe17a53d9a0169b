// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "engine/error.h"
#include "metareasoner/calibrate/calibrated_profile.h"
#include "metareasoner/calibrate/temperature_fit.h"
#include "metareasoner/policy.h"
#include "metareasoner/store/store_ensemble.h"
#include "tools/commands/commands.h"
#include "tools/commands/store_options.h"
#include "tools/reports/calibrate_report.h"
#include "tools/reports/json_file.h"
#include "tools/reports/outputs.h"
#include "tools/reports/progress.h"
#include "weights_converter/source_files.h"

namespace fxe {

namespace {

cxxopts::Options calibrate_options() {
  cxxopts::Options options("fxe calibrate",
                           "Thresholds for a recorded ensemble; objectives: docs/guides/calibrate.md.");
  add_options(options,
              {{"objective", "O",
                "'gap<=0.1pt', 'time<=5ms', 'harm<=0.5pt@90%', 'published,alpha=0.5' or another of "
                "docs/guides/calibrate.md",
                "gap<=0.1pt"},
               {"candidates", "N", "thresholds tried at each size", "40"},
               {"spacing", "S", "of these: logit or quantile", "logit"},
               {"search", "S", "which members run, and in which order: none, order or subset", "none"},
               {"fit-temperatures", nullptr, "a temperature for each member, by its likelihood"},
               {"compare-signals", nullptr, "calibrate with every signal and compare the results"},
               {"no-baselines", nullptr, "leave out the search for the best fixed subset"},
               {"write", "FILE", "store the thresholds in this ensemble file, as a profile"},
               {"profile", "NAME", "its name", "default"},
               {"json", "FILE", "write the result to FILE"},
               {"quiet", nullptr, "no table"},
               {"force", nullptr, "outputs may replace existing files of another kind"}});
  add_options(
      options,
      {{"test", "STORE", "other images of the same ensemble, to test on"},
       {"split", "SHARE", "calibrate on this share of the images, chosen by content, and test on the others"},
       {"seed", "N", "of --split", "0"},
       {"swap", nullptr, "swap the two parts of --split"},
       {"allow-overlap", nullptr, "allow test images that are also calibration images"}},
      "Images");
  add_store_order_options(options);
  return options;
}

CandidateOptions read_candidates(const cxxopts::ParseResult& parsed) {
  CandidateOptions c;
  c.count = static_cast<size_t>(read_integer(parsed, "candidates", 2, 200));
  const auto spacing = parsed["spacing"].as<std::string>();
  if (spacing != "logit" && spacing != "quantile")
    throw bad_input("--spacing: expected logit or quantile, found '{}'", spacing);
  c.spacing = spacing == "logit" ? Spacing::logit : Spacing::quantile;
  return c;
}

CalibrationRequest read_request(const Store& store, const cxxopts::ParseResult& parsed) {
  CalibrationRequest r;
  r.objective = parse_objective(parsed["objective"].as<std::string>());
  const auto order = read_store_order(store, parsed);
  r.order = resolve_policy(as_ensemble(store, order), "full").point;
  for (int& m : r.order.members) m = order[static_cast<size_t>(m)];
  OperatingPoint same = r.order;
  read_store_joining(parsed, r.order, same);
  check_operating_point(r.order, store.members(), "operating point");
  if (const auto signal = parsed["signal"].as<std::string>(); !signal.empty())
    r.signal = parse_signal(signal);
  r.costs = read_store_costs(store, parsed);
  r.batch = read_store_batch(store, parsed);
  r.threads = read_store_threads(parsed);
  r.candidates = read_candidates(parsed);
  r.baselines = !parsed.count("no-baselines");
  return r;
}

ImageChoice read_image_choice(const cxxopts::ParseResult& parsed) {
  ImageChoice c;
  c.test = parsed["test"].as<std::string>();
  c.seed = static_cast<uint64_t>(read_integer(parsed, "seed", 0, INT64_MAX));
  c.swap = parsed.count("swap") > 0;
  c.allow_overlap = parsed.count("allow-overlap") > 0;
  const bool split = !parsed["split"].as<std::string>().empty();
  if (split && !c.test.empty()) throw bad_input("--test and --split: give one of them, not both");
  if (c.swap && !split) throw bad_input("--swap: give --split SHARE with it");
  if (split) c.share = read_real(parsed, "split", 0, 1);
  return c;
}

std::vector<std::string> warnings(const CalibrationSummary& s) {
  std::vector<std::string> list;
  for (const auto& o : s.outcomes) {
    if (!o.found.m || !(o.found.m->alpha > 0) || o.found.m->image_over_range <= kImageOverRangeWarning)
      continue;
    list.push_back(fmt::format(
        "at alpha {:.4g} one wrong image weighs as much as {:.3g} % of the time between one member "
        "and all; these thresholds follow single images: take more images, or a larger alpha",
        o.found.m->alpha, 100 * o.found.m->image_over_range));
    break;
  }
  if (s.images.parts.test.empty() && !s.outcomes.front().found.guarantee)
    list.push_back(
        "these figures are of the images that the thresholds were chosen on; --split or --test measures them "
        "on others");
  if (s.images.overlap)
    list.push_back(
        fmt::format("{} test images are among those of the calibration's store", s.images.overlap));
  return list;
}

}  // namespace

int run_calibrate(int argc, char** argv) {
  auto options = calibrate_options();
  const auto parsed = parse_options(options, argc, argv, "store", 1, "STORE", 1);
  if (!parsed) return 0;
  const Store store = Store::open((*parsed)["store"].as<std::vector<std::string>>()[0]);
  CalibrationRequest request = read_request(store, *parsed);
  const auto ensemble = (*parsed)["write"].as<std::string>(),
             profile = (*parsed)["profile"].as<std::string>();
  if (ensemble.empty() && parsed->count("profile"))
    throw bad_input("--profile: name the ensemble file too, with --write ENSEMBLE");
  if (profile.empty()) throw bad_input("--profile: expected a name");
  OutputFile with_profile;
  if (!ensemble.empty()) {
    check_for_profile(store, request, ensemble, weight_files_of);
    // finds out before the search whether it can be written
    with_profile.open(ensemble, find_output(ensemble));
  }
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  const auto search = (*parsed)["search"].as<std::string>();
  if (search != "none" && search != "order" && search != "subset")
    throw bad_input("--search: expected none, order or subset, found '{}'", search);
  const bool temperatures = parsed->count("fit-temperatures") > 0;
  const bool fits = request.objective.kind == Objective::Kind::guaranteed &&
                    (!request.objective.fixed_path || search != "none" || temperatures);
  const ChosenImages images = choose_images(store, read_image_choice(*parsed), fits);

  // Long steps have no count; the line says what runs and since when.
  std::optional<Progress> step;
  const auto begin = [&](const char* what) {
    step.emplace(fmt::format("calibrate: {}", what), "", 0, parsed->count("quiet") > 0);
  };
  if (temperatures) begin("fitting temperatures");
  if (temperatures)
    request.order.temperatures =
        fit_temperatures(store, request.order.members, images.parts.fit, request.threads);
  CalibrationSummary s{store, request, images, request.order, {}, {}, {}, {}, ""};
  if (search != "none") {
    begin("choosing members");
    s.members = find_members(store, request, images.parts.fit, search == "subset");
    s.point = s.members->point;
  }
  begin("choosing thresholds");
  s.outcomes = run_calibration(store, request, s.point, images.parts);
  if (parsed->count("compare-signals")) {
    begin("comparing signals");
    s.signals = compare_signals(store, request, s.point, images.parts);
  }
  step.reset();
  s.warnings = warnings(s);
  std::exception_ptr failed;  // what was found is still reported
  if (with_profile) try {
      write_profile(s, profile, ensemble, weight_files_of, with_profile);
      s.written = fmt::format("profile '{}' in {}", profile, ensemble);
    } catch (const Error&) {
      failed = std::current_exception();
    }
  write_json(json, calibrate_json(s));
  if (!parsed->count("quiet")) print_calibration(s, stdout);
  outputs.commit();
  if (failed) std::rethrow_exception(failed);
  return 0;
}

}  // namespace fxe
