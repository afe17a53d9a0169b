// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/output_file.h"

namespace fxe {

// What running each member costs, in milliseconds of network time per batch. Costs differ from run to run
// and from machine to machine, so they lie beside a store, in STORE.costs.json, and another table can be
// used instead.
class CostTable {
 public:
  struct Cost {
    double ms = 0;  // mean over `runs`
    int64_t runs = 0;
  };

  CostTable() = default;
  explicit CostTable(std::vector<std::string> members) : members_(std::move(members)) {
    costs_.resize(members_.size());
  }
  // One cost per member: ms per image, for every batch size. Throws bad_input for a cost that is negative or
  // above 1e12.
  static CostTable per_image(std::vector<std::string> members, const std::vector<double>& ms);

  bool empty() const { return members_.empty(); }
  const std::vector<std::string>& members() const { return members_; }
  std::string device;

  void add(size_t member, int64_t batch, double ms);
  int64_t runs(size_t member, int64_t batch) const;

  // Of a batch of this size: as measured, or interpolated linearly between the neighbouring sizes. Beyond the
  // largest size it grows in proportion; below the smallest it is that one's.
  double ms(size_t member, int64_t batch) const;

  // Throws bad_input naming the file and the key.
  static CostTable read(const std::filesystem::path&);
  static CostTable parse(std::string_view json, const std::string& where);
  void write(OutputFile&) const;

 private:
  std::vector<std::string> members_;
  std::vector<std::map<int64_t, Cost>> costs_;  // [member] by batch size
};

std::filesystem::path costs_path(const std::filesystem::path& store);

}  // namespace fxe
