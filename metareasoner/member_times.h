// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fxe {

// What each member took the last time at each compiled batch size: what a deadline is compared with.
class MemberTimes {
 public:
  MemberTimes(size_t members, std::vector<int64_t> sizes);

  void set(size_t member, int64_t batch, uint64_t ns);  // `batch`: one of the sizes
  // For `live` images: at the smallest batch that holds them, or the nearest larger one that was measured; 0
  // where none was.
  uint64_t expected_ns(size_t member, int64_t live) const;

 private:
  std::vector<int64_t> sizes_;             // ascending
  std::vector<std::vector<uint64_t>> ns_;  // [member][size]; 0: not measured
};

}  // namespace fxe
