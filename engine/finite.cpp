// SPDX-License-Identifier: Apache-2.0
#include "engine/finite.h"

#include <algorithm>

#include "engine/clones_cpu.h"

namespace fxe {

FXE_CPU_CLONES float largest_magnitude(std::span<const float> values) {
  uint32_t most = 0;
  for (const float v : values) most = std::max(most, magnitude_bits(v));
  return std::bit_cast<float>(most);
}

bool all_finite(std::span<const float> values) { return is_finite(largest_magnitude(values)); }

}  // namespace fxe
