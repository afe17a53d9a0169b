// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace fxe {

// What is at the other end of a stream.
struct Terminal {
  bool is_terminal = false;  // rather than a pipe or file
  bool interactive = false;  // a terminal that can move its cursor: not with TERM=dumb
  bool colour = false;       // interactive, and NO_COLOR is not set
  // $COLUMNS or the window's; always 80 into a pipe or file, so that what scripts read depends on no window.
  size_t columns = 80;
};
Terminal terminal_of(std::FILE*);
// Columns of the window now; 0 if unknown.
size_t window_columns(std::FILE*);

enum class Ink { bold, red, yellow };
std::string painted(const Terminal&, Ink, std::string_view text);  // the plain text without colour

// Columns that UTF-8 text takes: one per code point.
size_t columns_of(std::string_view text);
// Cut to this many columns: the beginning, "...", the end. Names of models and layers differ at both ends.
std::string shortened(std::string_view text, size_t columns);
// Wraps at spaces into lines of at most this many columns; `indent` begins each, except the first, which
// begins with `first`.
std::string wrapped(std::string_view text, size_t columns, std::string_view first = "",
                    std::string_view indent = "");
// A line of prose: wrapped on a terminal, unwrapped into a pipe, where scripts look for it. Ink only if there
// is colour.
void print_paragraph(std::FILE*, std::string_view text, std::string_view first = "",
                     std::string_view indent = "", std::optional<Ink> = {});

}  // namespace fxe
