// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/figure_source.h"

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

CostTable costs_of(const Store& store, std::optional<UnitCosts::Unit> unit) {
  const fs::path path = costs_path(store.path());
  std::error_code error;
  const bool there = fs::exists(path, error);
  if (unit == UnitCosts::Unit::ms && !there)
    throw bad_input("--unit ms: no costs at {}; record the store again, or use --unit multiply-adds",
                    path.string());
  return there && unit != UnitCosts::Unit::multiply_adds ? CostTable::read(path) : CostTable();
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

std::vector<FigureSource> open_figure_sources(const std::vector<std::string>& paths,
                                              const FigureChoice& choice, int threads) {
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
    const UnitCosts costs =
        unit_costs(store, recorded_order(store.header()), costs_of(store, choice.unit), choice.batch);
    source.unit = costs.unit;
    source.test = images_of(store, costs, threads);
    if (choice.calibration.empty()) {
      source.calibration = source.test;
      ImageSplit parts =
          split_by_content(store, source.test.images, choice.split, choice.seed, "calibration");
      if (choice.swap) std::swap(parts.first, parts.second);
      source.calibration.images = parts.first;
      source.test.images = parts.second;
      if (parts.first.empty() || parts.second.empty())
        throw bad_input("{}: --split {} leaves no images on one side of {}", paths[n], choice.split,
                        parts.first.size() + parts.second.size());
    } else {
      source.calibration_store = std::make_unique<Store>(Store::open(choice.calibration[n]));
      check_calibration_store(store, *source.calibration_store);
      source.calibration = images_of(*source.calibration_store, costs, threads);
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace fxe
