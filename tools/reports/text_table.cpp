// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "tools/reports/terminal.h"

namespace fxe {

namespace {

constexpr size_t kGap = 2;
constexpr size_t kShortestName = 8;

// The head's lines, the bottom one first.
std::pair<std::string, std::string> lines_of(const std::string& head) {
  const size_t at = head.find('\n');
  if (at == head.npos) return {head, ""};
  return {head.substr(at + 1), head.substr(0, at)};
}

void append_cell(std::string& line, const std::string& cell, size_t width, bool text) {
  const size_t used = columns_of(cell);
  const std::string pad(width > used ? width - used : 0, ' ');
  line += std::string(kGap, ' ') + (text ? cell + pad : pad + cell);
}

void append_line(std::string& result, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  result += line + '\n';
}

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<size_t> TextTable::widths(size_t columns, bool open_end) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const auto [low, high] = lines_of(columns_[i].head);
    size_t width = std::max({columns_[i].least, columns_of(low), columns_of(high)});
    for (const auto& row : rows_) width = std::max(width, columns_of(row[i]));
    widths.push_back(width);
  }
  const auto total = [&] {
    size_t sum = 0;
    for (size_t i = 0; i < widths.size(); ++i)
      if (widths[i] > 0 && !(open_end && i + 1 == widths.size())) sum += widths[i] + kGap;
    return sum;
  };
  const auto gives_way = [&](size_t i) {
    return (columns_[i].shrinks || columns_[i].above) &&
           widths[i] > std::max(columns_[i].least, kShortestName) && !(open_end && i + 1 == widths.size());
  };
  const auto shrink = [&] {
    while (total() > columns) {
      size_t widest = widths.size();
      for (size_t i = 0; i < widths.size(); ++i)
        if (gives_way(i) && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
      if (widest == widths.size()) return;
      --widths[widest];
    }
  };
  const auto full = widths;
  shrink();
  for (size_t i = widths.size(); i-- > 0 && total() > columns;)
    if (columns_[i].optional) {
      widths = full;
      for (size_t j = i; j < widths.size(); ++j)
        if (columns_[j].optional) widths[j] = 0;
      shrink();
    }
  // Narrower than that, rows would wrap: the last columns are left out.
  for (size_t i = widths.size(); i-- > 1 && !open_end && total() > columns;) {
    for (size_t j = 0; j < i; ++j) widths[j] = widths[j] > 0 ? full[j] : 0;
    widths[i] = 0;
    shrink();
  }
  return widths;
}

size_t TextTable::width() const {
  size_t sum = 0;
  for (const size_t w : widths(SIZE_MAX, false)) sum += w + kGap;
  return sum;
}

std::string TextTable::str(size_t columns, bool open_end) const {
  const auto width = widths(columns, open_end);
  std::string high, low, body;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (width[i] == 0) continue;
    const auto [bottom, top] = lines_of(columns_[i].head);
    append_cell(high, top, width[i], columns_[i].text);
    append_cell(low, bottom, width[i], columns_[i].text);
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (width[i] == 0) continue;
      const bool above = columns_[i].above && columns_of(row[i]) > width[i];
      if (above)
        append_line(body, std::string(kGap, ' ') + shortened(row[i], std::max(columns, kGap) - kGap));
      append_cell(line, above ? "" : shortened(row[i], width[i]), width[i], columns_[i].text);
    }
    append_line(body, line);
  }
  std::string result;
  if (high.find_first_not_of(' ') != high.npos) append_line(result, high);
  append_line(result, low);
  return result + body;
}

void print_table(std::FILE* to, const TextTable& table) {
  const Terminal terminal = terminal_of(to);
  fmt::print(to, "{}", table.str(terminal.columns, !terminal.is_terminal));
}

}  // namespace fxe
