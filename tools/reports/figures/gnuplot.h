// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tools/reports/outputs.h"

namespace fxe {

// A gnuplot string literal for exactly this text: in single quotes, where gnuplot expands nothing. Control
// characters and bytes that are not UTF-8 become '?'.
std::string gnuplot_text(std::string_view);

// Draws `folder`/NAME.gp as NAME.svg and NAME.png; a file appears only if it is whole. `width`, `height` in
// pixels. Throws run_time_error if gnuplot is missing, refuses the script or ends early.
void draw_with_gnuplot(Outputs&, const std::filesystem::path& folder, const std::string& name, int width,
                       int height);

}  // namespace fxe
