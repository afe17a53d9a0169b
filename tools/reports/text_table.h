// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace fxe {

// A table for people. Columns are as wide as their content; a long name never shifts a row.
class TextTable {
 public:
  struct Column {
    std::string head;       // '\n' starts its second line
    size_t least = 0;       // minimum width
    bool text = false;      // left-aligned; numbers are right-aligned
    bool optional = false;  // shown only if there is room
    // A name shrinks if the table would be too wide, the widest first: it is shortened in the middle,
    bool shrinks = false;
    // or a long one has a line of its own above its row.
    bool above = false;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> cells);  // missing cells at the end are empty
  // Every line ends with '\n'. If columns cannot shrink that far, the last ones are left out. With `open_end`
  // none is, and the last one has its full width, which does not count.
  std::string str(size_t columns, bool open_end = false) const;
  size_t width() const;  // of the table if nothing shrinks

 private:
  std::vector<size_t> widths(size_t columns, bool open_end) const;  // 0: left out

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// As wide as the terminal; into a pipe as for 80 columns, but with an open end, so that whole texts can be
// searched for.
void print_table(std::FILE*, const TextTable&);

}  // namespace fxe
