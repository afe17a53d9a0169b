// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace fxe {

// One image of a label file.
struct LabelRow {
  std::string file, label;  // label: an index or a class name; empty: unknown (CSV and JSON lines only)
  size_t line;              // from 1
  std::string_view text;    // of the line
};

// The rows of a label file's text. The first line decides the form:
//   lines "file label"    also separated by a tab; boxes after the label (val_annotations.txt) are skipped
//   CSV                   "file,label", or a head line that names one column of each
//   JSON lines            objects with a file_name and a label
// Throws bad_input, naming the line, for a line of another form, for a single column, and for a head line
// with two columns of a kind; `where` names the file.
void for_each_label_row(std::string_view text, const std::string& where,
                        const std::function<void(const LabelRow&)>&);

}  // namespace fxe
