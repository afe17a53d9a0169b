// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/member.h"

#include <algorithm>

namespace fxe {

std::vector<int64_t> batch_sizes(int64_t capacity) {
  std::vector<int64_t> sizes;
  for (int64_t power = 1; power < capacity; power *= 2) {
    sizes.push_back(power);
    if (power >= 2 && power + power / 2 < capacity) sizes.push_back(power + power / 2);
  }
  sizes.push_back(capacity);
  return sizes;
}

size_t smallest_fit(const std::vector<int64_t>& sizes, int64_t count) {
  return static_cast<size_t>(std::lower_bound(sizes.begin(), sizes.end(), count) - sizes.begin());
}

}  // namespace fxe
