// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fxe {

// How long each member last took at each compiled batch size; deadlines are checked against it.
class MemberTimes {
 public:
  MemberTimes(size_t members, std::vector<int64_t> sizes);

  void set(size_t member, int64_t batch, uint64_t ns);  // `batch`: one of the compiled sizes
  // For `live` images: the time at the smallest batch that holds them, or the nearest larger one measured; 0
  // if none was.
  uint64_t expected_ns(size_t member, int64_t live) const;

 private:
  std::vector<int64_t> sizes_;             // ascending
  std::vector<std::vector<uint64_t>> ns_;  // [member][size]; 0: not measured
};

}  // namespace fxe
