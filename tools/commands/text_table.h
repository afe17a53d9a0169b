// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace fxe {

// A table for people. A column is as wide as what is in it; a long name never shifts a row.
class TextTable {
 public:
  struct Column {
    std::string head;       // '\n' begins its second line
    size_t least = 0;       // how wide it is at the least
    bool text = false;      // from the left; numbers are from the right
    bool optional = false;  // shown only where there is room for it
    // Names give way where the table would be too wide, the widest first: they are shortened in the middle,
    bool shrinks = false;
    // or a longer one has a line of its own above its row.
    bool above = false;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> cells);  // those missing at the end are empty
  // Every line ends with '\n'. A table whose columns cannot give way that far is wider than asked. With
  // `open_end` the last column is as long as it is, and does not count.
  std::string str(size_t columns, bool open_end = false) const;
  size_t width() const;  // of the table where nothing gives way

 private:
  std::vector<size_t> widths(size_t columns, bool open_end) const;  // 0: left out

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// As wide as the terminal; into a pipe as on one of 80 columns, but with an open end: what is there to be
// searched is whole.
void print_table(std::FILE*, const TextTable&);

}  // namespace fxe
