// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/figure_sources.h"

#include <algorithm>
#include <cctype>

#include "engine/error.h"
#include "metareasoner/calibrate/image_split.h"
#include "metareasoner/calibrate/loss.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

std::string file_name(const fs::path& path) {
  std::string name = path.stem().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.') c = '_';
  constexpr size_t kLongest = 200;  // file names, which get a suffix
  name.resize(std::min(name.size(), kLongest));
  if (name.empty() || name[0] == '.' || name[0] == '-') name.insert(0, "store");
  return name;
}

CostTable costs_of(const Store& store, const std::string& unit) {
  const fs::path path = costs_path(store.path());
  std::error_code error;
  const bool there = fs::exists(path, error);
  if (unit == "ms" && !there)
    throw bad_input("--unit ms: no costs at {}; record the store again, or use --unit multiply-adds",
                    path.string());
  return there && unit != "multiply-adds" ? CostTable::read(path) : CostTable();
}

FigureImages images_of(const Store& store, const UnitCosts& unit, int threads) {
  FigureImages images{&store,
                      Trace::of(store, recorded_order(store.header()), PrefixDetail::decision, threads),
                      usable_images(store, LossKind::gap), unit.cumulative()};
  if (images.images.size() < 2)
    throw bad_input("{}: {} images are labelled and readable; figures need at least two",
                    store.path().string(), images.images.size());
  return images;
}

void check_calibration_store(const Store& a, const Store& b) {
  const auto& x = a.header();
  const auto& y = b.header();
  bool same = x.fingerprint == y.fingerprint && x.members.size() == y.members.size() &&
              x.classes == y.classes && x.combine == y.combine;
  for (size_t m = 0; same && m < x.members.size(); ++m)
    same = x.members[m].name == y.members[m].name && x.members[m].weight == y.members[m].weight &&
           x.members[m].temperature == y.members[m].temperature;
  if (!same)
    throw bad_input(
        "{}: recorded with another ensemble than {}; thresholds for one say nothing about the other",
        b.path().string(), a.path().string());
  if (const auto both = overlap(a, b); !both.empty())
    throw bad_input("{}: {} of its images are in {} too, such as {}; thresholds must be chosen on others",
                    b.path().string(), both.size(), a.path().string(), x.paths[both[0]]);
}

}  // namespace

void add_figure_source_options(cxxopts::Options& options) {
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
}

std::vector<FigureSource> open_figure_sources(const std::vector<std::string>& paths,
                                              const cxxopts::ParseResult& parsed, int threads) {
  const auto unit = parsed["unit"].as<std::string>();
  if (unit != "auto" && unit != "ms" && unit != "multiply-adds")
    throw bad_input("--unit: expected auto, ms or multiply-adds, found '{}'", unit);
  const double split = read_real(parsed, "split", 0.01, 0.99);
  const auto seed = static_cast<uint64_t>(read_integer(parsed, "seed", 0, INT64_MAX));
  const auto batch = static_cast<int>(read_integer(parsed, "batch", 1, 1024));
  std::vector<std::string> others;
  if (parsed.count("calibration")) others = parsed["calibration"].as<std::vector<std::string>>();
  if (!others.empty() && others.size() != paths.size())
    throw bad_input("--calibration: expected one for each of the {} stores, found {}", paths.size(),
                    others.size());

  std::vector<FigureSource> sources;
  for (size_t n = 0; n < paths.size(); ++n) {
    FigureSource source;
    source.name = file_name(paths[n]);
    source.title = fs::path(paths[n]).stem().string();
    for (const auto& s : sources)
      if (s.name == source.name)
        throw bad_input("{} and {} would both be drawn as {}; rename one, or draw them into two folders",
                        s.store->path().string(), paths[n], source.name);
    source.store = std::make_unique<Store>(Store::open(paths[n]));
    const Store& store = *source.store;
    const UnitCosts costs = unit_costs(store, recorded_order(store.header()), costs_of(store, unit), batch);
    source.unit = costs.unit;
    source.test = images_of(store, costs, threads);
    if (others.empty()) {
      source.calibration = source.test;
      ImageSplit parts = split_by_content(store, source.test.images, split, seed, "calibration");
      if (parsed.count("swap")) std::swap(parts.first, parts.second);
      source.calibration.images = parts.first;
      source.test.images = parts.second;
      if (parts.first.empty() || parts.second.empty())
        throw bad_input("{}: --split {} leaves no images on one side of {}", paths[n], split,
                        parts.first.size() + parts.second.size());
    } else {
      source.calibration_store = std::make_unique<Store>(Store::open(others[n]));
      check_calibration_store(store, *source.calibration_store);
      source.calibration = images_of(*source.calibration_store, costs, threads);
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace fxe
