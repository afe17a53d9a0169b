// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// A gnuplot string that is this text and nothing else, whatever it holds: in single quotes, where gnuplot
// expands nothing. Control characters and bytes that are not UTF-8 become '?'.
std::string gnuplot_text(std::string_view);

// Draws `folder`/NAME.gp as NAME.svg and NAME.png, each under a temporary name first. `width`, `height` in
// pixels. Throws run_time_error where gnuplot is missing or refuses the script.
void draw_with_gnuplot(const std::filesystem::path& folder, const std::string& name, int width, int height);

}  // namespace fxe
