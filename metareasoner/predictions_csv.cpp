// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/predictions_csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/byte_order_mark.h"
#include "engine/error.h"
#include "engine/files/csv_field.h"
#include "engine/input/text_file.h"

namespace fxe {

namespace {

std::string labels(int label, std::span<const int> more) {
  if (label < 0) return "";
  auto text = fmt::format("{}", label);
  for (const int other : more) text += fmt::format(" {}", other);
  return text;
}

std::string_view without_line_end(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

constexpr std::string_view kHead = "path,label,predicted,p1,p2,margin,members,status";

}  // namespace

std::string_view name(RowStatus status) {
  switch (status) {
    case RowStatus::ok:
      return "ok";
    case RowStatus::non_finite:
      return "non_finite";
    case RowStatus::deadline:
      return "deadline";
    case RowStatus::failed:
      return "failed";
  }
  return "failed";
}

PredictionsCsv::PredictionsCsv(OutputFile& file) : file_(file) { file_.write(fmt::format("{}\n", kHead)); }

std::string PredictionsCsv::fields(int label, const RowResult& row, std::span<const int> more_labels) {
  const std::string known = labels(label, more_labels);
  if (row.status == RowStatus::failed) return fmt::format("{},,,,,{},failed", known, row.members);
  return fmt::format("{},{},{:.9g},{:.9g},{:.9g},{},{}", known, row.label, row.p1, row.p2, row.margin,
                     row.members, name(row.status));
}

void PredictionsCsv::add(std::string_view path, int label, const RowResult& row,
                         std::span<const int> more_labels) {
  file_.write(fmt::format("{},{}\n", csv_field(path), fields(label, row, more_labels)));
}

void PredictionsCsv::add_unreadable(std::string_view path, int label, std::span<const int> more_labels) {
  add(path, label, {-1, 0, 0, 0, 0, RowStatus::failed}, more_labels);
}

PredictionsReader::PredictionsReader(const std::filesystem::path& path)
    : PredictionsReader(path, read_text(path)) {}

PredictionsReader::PredictionsReader(const std::filesystem::path& file, std::string text)
    : file_(file), text_(without_byte_order_mark(text, file.string())) {
  std::string_view head;
  if (!next_line(head) || without_line_end(head) != kHead)
    throw bad_input("{}: expected a predictions file, which starts with '{}'", file.string(), kHead);
}

std::string PredictionsReader::where() const { return fmt::format("{}:{}", file_.string(), line_); }

// Everything before the line feed is part of the line: a quoted path may hold a carriage return.
bool PredictionsReader::next_line(std::string_view& line) {
  if (at_ >= text_.size()) return false;
  const size_t end = std::min(text_.find('\n', at_), text_.size());
  line = std::string_view(text_).substr(at_, end - at_);
  at_ = end + 1;
  ++line_;
  return true;
}

bool PredictionsReader::next() {
  std::string_view line;
  do {
    if (!next_line(line)) return false;
  } while (without_line_end(line).empty());
  path_.clear();
  if (!line.starts_with('"')) {
    const auto comma = line.find(',');
    if (comma == line.npos) throw bad_input("{}: expected 8 fields", where());
    path_ = line.substr(0, comma);
    fields_ = without_line_end(line.substr(comma + 1));
    return true;
  }
  for (size_t at = 1;; ++at) {
    while (at == line.size()) {  // a line break inside the quotes
      if (!next_line(line)) throw bad_input("{}: a quoted path without an end", where());
      path_ += '\n';
      at = 0;
    }
    if (line[at] != '"') {
      path_ += line[at];
    } else if (line.substr(at, 2) == "\"\"") {
      path_ += line[at++];
    } else if (line.substr(at, 2) == "\",") {
      fields_ = without_line_end(line.substr(at + 2));
      return true;
    } else {
      throw bad_input("{}: expected a comma after the quoted path", where());
    }
  }
}

}  // namespace fxe
