// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "engine/atomic_file.h"
#include "kernels/tail.h"

namespace fxe {

// "path,label,predicted,p1,p2,margin,members,status", one image a line, floats as %.9g, which reads back to
// the same bits. Values that do not exist are empty; status is ok | non_finite | deadline | failed. Paths are
// quoted as RFC 4180 says where they need it; several right labels are separated by spaces. The file appears
// under its name with commit().
class PredictionsCsv {
 public:
  explicit PredictionsCsv(const std::filesystem::path& path);

  void add(std::string_view path, int label, const RowResult&, std::span<const int> more_labels = {});
  // The image never reached a network.
  void add_unreadable(std::string_view path, int label, std::span<const int> more_labels = {});
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
};

std::string_view name(RowStatus);

}  // namespace fxe
