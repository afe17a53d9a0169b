// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metareasoner/figures/figure_images.h"
#include "metareasoner/replay/unit_costs.h"

namespace fxe {

// Where thresholds are chosen, and what is drawn.
struct FigureChoice {
  std::vector<std::string> calibration;  // a store of other images for each; empty: a part of its own images
  double split = 0.5;                    // that part, chosen by content
  uint64_t seed = 1;                     // of the split
  bool swap = false;                     // draw that part and choose on the rest
  std::optional<UnitCosts::Unit> unit;   // of costs, ms or multiply-adds; none: ms if the store has costs
  int batch = 1;                         // time of one image in batches of this size
};

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
std::vector<FigureSource> open_figure_sources(const std::vector<std::string>& paths, const FigureChoice&,
                                              int threads);

}  // namespace fxe
