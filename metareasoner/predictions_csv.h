// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/output_file.h"
#include "kernels/tail/tail.h"

namespace fxe {

// "path,label,predicted,p1,p2,margin,members,status", one image a line, floats as %.9g, which reads back to
// the same bits. Values that do not exist are empty; status is ok | non_finite | deadline | failed. Paths
// are quoted if RFC 4180 requires it; several right labels are separated by spaces. The owner of the file
// commits it.
class PredictionsCsv {
 public:
  explicit PredictionsCsv(OutputFile&);

  void add(std::string_view path, int label, const RowResult&, std::span<const int> more_labels = {});
  // For an image that never reached a network.
  void add_unreadable(std::string_view path, int label, std::span<const int> more_labels = {});

  // A line without its path: "label,predicted,...,status". An image that was not read ran 0 members.
  static std::string fields(int label, const RowResult&, std::span<const int> more_labels = {});

 private:
  OutputFile& file_;
};

// Reads such a file line by line. Throws bad_input if it is something else.
class PredictionsReader {
 public:
  explicit PredictionsReader(const std::filesystem::path&);
  // The text of a file; `file` names it in errors.
  PredictionsReader(const std::filesystem::path& file, std::string text);

  bool next();  // false: no further line
  const std::string& path() const { return path_; }
  const std::string& fields() const { return fields_; }  // what follows the path's comma
  std::string where() const;                             // file and line, for errors

 private:
  std::filesystem::path file_;
  bool next_line(std::string_view& line);

  std::string text_;
  size_t at_ = 0, line_ = 0;  // what is read next; the line that was read last
  std::string path_, fields_;
};

std::string_view name(RowStatus);

}  // namespace fxe
