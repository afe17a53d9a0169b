// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>
#include <thread>

#include "engine/error.h"
#include "tools/commands/commands.h"
#include "tools/commands/options.h"
#include "tools/reports/figures/figure_csv.h"
#include "tools/reports/figures/figure_scripts.h"
#include "tools/reports/figures/gnuplot.h"
#include "tools/reports/json_file.h"
#include "tools/reports/outputs.h"
#include "tools/reports/progress.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

cxxopts::Options figures_options() {
  cxxopts::Options options(
      "fxe figures",
      "Figures 1, 2 and 4 and the frontier of recorded ensembles as SVG and PNG, drawn by "
      "gnuplot, with their data as CSV.");
  add_options(options, {{"o,output", "FOLDER", "where the figures go"},
                        {"no-plots", nullptr, "only CSV and gnuplot's scripts"},
                        {"threads", "N", "0: one for each core", "0"},
                        {"json", "FILE", "write what was made to FILE"},
                        {"quiet", nullptr, "no list"},
                        {"force", nullptr, "outputs may replace existing files of another kind"}});
  add_options(
      options,
      {{"calibration", "STORE",
        "other images to choose thresholds on; once for every STORE, in their order. Without it, a part of "
        "each store's images",
        "", true},
       {"split", "SHARE", "that part, chosen by content", "0.5"},
       {"seed", "N", "of the split", "1"},
       {"swap", nullptr, "draw that part and choose on the rest"},
       {"unit", "U", "of costs: ms, multiply-adds, or auto: ms if there is a STORE.costs.json", "auto"},
       {"batch", "N", "time of one image in batches of this size", "1"}},
      "Images");
  return options;
}

FigureChoice read_figure_choice(const cxxopts::ParseResult& parsed, size_t stores) {
  FigureChoice c;
  const auto unit = parsed["unit"].as<std::string>();
  if (unit != "auto" && unit != "ms" && unit != "multiply-adds")
    throw bad_input("--unit: expected auto, ms or multiply-adds, found '{}'", unit);
  if (unit != "auto") c.unit = unit == "ms" ? UnitCosts::Unit::ms : UnitCosts::Unit::multiply_adds;
  c.split = read_real(parsed, "split", 0.01, 0.99);
  c.seed = static_cast<uint64_t>(read_integer(parsed, "seed", 0, INT64_MAX));
  c.batch = static_cast<int>(read_integer(parsed, "batch", 1, 1024));
  c.swap = parsed.count("swap") > 0;
  if (parsed.count("calibration")) c.calibration = parsed["calibration"].as<std::vector<std::string>>();
  if (!c.calibration.empty() && c.calibration.size() != stores)
    throw bad_input("--calibration: expected one for each of the {} stores, found {}", stores,
                    c.calibration.size());
  return c;
}

nlohmann::ordered_json describe(const FigureSource& source, const FigureData& data,
                                const std::vector<std::string>& files) {
  return {{"store", source.store->path().string()},
          {"name", source.name},
          {"images", source.test.images.size()},
          {"calibration_images", source.calibration.images.size()},
          {"members", source.test.sizes()},
          {"cost", cost_column(source.unit)},
          {"files", files},
          {"left_out", data.left_out}};
}

}  // namespace

int run_figures(int argc, char** argv) {
  auto options = figures_options();
  const auto parsed = parse_options(options, argc, argv, "stores", 1, "STORE...");
  if (!parsed) return 0;
  const fs::path folder = (*parsed)["output"].as<std::string>();
  if (folder.empty()) throw bad_input("expected -o FOLDER, where the figures go");
  auto threads = static_cast<int>(read_integer(*parsed, "threads", 0, 1024));
  if (threads == 0) threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const auto paths = (*parsed)["stores"].as<std::vector<std::string>>();
  const FigureChoice choice = read_figure_choice(*parsed, paths.size());
  const auto sources = open_figure_sources(paths, choice, threads);
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder))
    throw run_time_error("{}: the folder of the figures cannot be made: {}", folder.string(),
                         error.message());

  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  const bool plots = !parsed->count("no-plots"), quiet = parsed->count("quiet") > 0;
  nlohmann::ordered_json stores = nlohmann::ordered_json::array();
  std::vector<FigureScript> scripts;
  for (const FigureSource& source : sources) {
    std::optional<Progress> step(std::in_place, "figures: " + source.name, "", 0, quiet);
    const FigureData data = compute_figures(source, choice.seed, threads);
    std::vector<std::string> files = write_figure_csv(outputs, folder, source, data);
    for (const FigureScript& script : write_figure_scripts(outputs, folder, source, data, files)) {
      scripts.push_back(script);
      files.push_back(script.name + ".gp");
      if (plots) files.insert(files.end(), {script.name + ".svg", script.name + ".png"});
    }
    step.reset();
    stores.push_back(describe(source, data, files));
    if (quiet) continue;
    fmt::print("{}: {} images, thresholds of {} others; {} files\n", source.name, source.test.images.size(),
               source.calibration.images.size(), files.size());
    for (const auto& line : data.left_out) fmt::print("  left out: {}\n", line);
  }
  // Data first: it exists even if gnuplot does not.
  for (const FigureScript& script : scripts)
    if (plots) draw_with_gnuplot(outputs, folder, script.name, script.width, script.height);
  write_json(json, {{"schema", "fxe.figures/1"}, {"stores", stores}});
  outputs.commit();
  return 0;
}

}  // namespace fxe
