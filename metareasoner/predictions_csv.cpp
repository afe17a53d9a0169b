// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/predictions_csv.h"

#include <fmt/format.h>

#include <string>

namespace fxe {

namespace {

std::string quoted(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == field.npos) return std::string(field);
  std::string out = "\"";
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string start_of(std::string_view path, int label, std::span<const int> more_labels) {
  if (label < 0) return quoted(path) + ",";
  auto text = fmt::format("{},{}", quoted(path), label);
  for (const int more : more_labels) text += fmt::format(" {}", more);
  return text;
}

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

PredictionsCsv::PredictionsCsv(const std::filesystem::path& path) : file_(path) {
  file_.write("path,label,predicted,p1,p2,margin,members,status\n");
}

void PredictionsCsv::add(std::string_view path, int label, const RowResult& row,
                         std::span<const int> more_labels) {
  if (row.status == RowStatus::failed)
    file_.write(fmt::format("{},,,,,{},failed\n", start_of(path, label, more_labels), row.members));
  else
    file_.write(fmt::format("{},{},{:.9g},{:.9g},{:.9g},{},{}\n", start_of(path, label, more_labels),
                            row.label, row.p1, row.p2, row.margin, row.members, name(row.status)));
}

void PredictionsCsv::add_unreadable(std::string_view path, int label, std::span<const int> more_labels) {
  file_.write(fmt::format("{},,,,,0,failed\n", start_of(path, label, more_labels)));
}

}  // namespace fxe
