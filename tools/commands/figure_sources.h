// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "metareasoner/calibrate/unit_costs.h"
#include "metareasoner/figures/figure_images.h"
#include "tools/commands/options.h"

namespace fxe {

// --calibration --split --seed --unit --batch
void add_figure_source_options(cxxopts::Options&);

// One store's images: those on which thresholds are chosen, and those that are drawn.
struct FigureSource {
  std::string name;   // for its files: letters, digits, '.', '_' and '-' of the store's name
  std::string title;  // the store's name; may be anything
  std::unique_ptr<Store> store, calibration_store;  // the second only if it is another one
  UnitCosts::Unit unit = UnitCosts::Unit::members;
  FigureImages test, calibration;
};

// From `paths`. Throws bad_input if two would share a name, for stores without labels, and for calibration
// stores of another ensemble or with images of the store itself.
std::vector<FigureSource> open_figure_sources(const std::vector<std::string>& paths,
                                              const cxxopts::ParseResult&, int threads);

}  // namespace fxe
