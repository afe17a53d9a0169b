// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "metareasoner/figures/figure_data.h"
#include "tools/reports/outputs.h"

namespace fxe {

// The name of the cost column: cost_ms (mean time per image), cost_multiply_adds or cost_members.
std::string cost_column(UnitCosts::Unit);

// Writes `folder`/NAME-accuracy.csv and so on: docs/guides/figures.md lists files and columns. Files without
// rows are left out. Returns the names of those written. Shares are fractions, floats are %.9g.
std::vector<std::string> write_figure_csv(Outputs&, const std::filesystem::path& folder, const FigureSource&,
                                          const FigureData&);

}  // namespace fxe
