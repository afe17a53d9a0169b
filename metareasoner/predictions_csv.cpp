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

std::string start_of(std::string_view path, int label) {
  return quoted(path) + (label < 0 ? std::string(",") : fmt::format(",{}", label));
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

void PredictionsCsv::add(std::string_view path, int label, const RowResult& row) {
  if (row.status == RowStatus::failed)
    file_.write(fmt::format("{},,,,,{},failed\n", start_of(path, label), row.members));
  else
    file_.write(fmt::format("{},{},{:.9g},{:.9g},{:.9g},{},{}\n", start_of(path, label), row.label, row.p1,
                            row.p2, row.margin, row.members, name(row.status)));
}

void PredictionsCsv::add_unreadable(std::string_view path, int label) {
  file_.write(fmt::format("{},,,,,0,failed\n", start_of(path, label)));
}

}  // namespace fxe
