// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "metareasoner/figures/figure_data.h"
#include "tools/reports/outputs.h"

namespace fxe {

// A gnuplot script beside the CSV files it reads, and the size to draw it at, in pixels.
struct FigureScript {
  std::string name;  // of NAME.gp, NAME.svg, NAME.png
  int width, height;
};

// Writes `folder`/NAME-accuracy.gp (the published Figure 1), -margins (2), -flexible (4) and -frontier, as
// far as there is data for them. `written`: the CSV files that exist.
std::vector<FigureScript> write_figure_scripts(Outputs&, const std::filesystem::path& folder,
                                               const FigureSource&, const FigureData&,
                                               const std::vector<std::string>& written);

}  // namespace fxe
