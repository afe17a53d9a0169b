// SPDX-License-Identifier: Apache-2.0
#include "engine/finite.h"

#include "engine/clones_cpu.h"

namespace fxe {

FXE_CPU_CLONES bool all_finite(std::span<const float> values) {
  bool finite = true;
  for (const float v : values) finite &= is_finite(v);
  return finite;
}

}  // namespace fxe
