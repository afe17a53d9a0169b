// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/halves.h"

#include <bit>

#include "engine/clones_cpu.h"

namespace fxe {

FXE_CPU_CLONES void halves_to_floats(std::span<const uint16_t> in, std::span<float> out) {
  const uint16_t* from = in.data();
  float* to = out.data();
  for (size_t i = 0; i < in.size(); ++i) {
    const uint32_t h = from[i];
    // Exponent and fraction in a float's place; the factor moves the bias, and normalises subnormals on
    // the way.
    const float moved = std::bit_cast<float>((h & 0x7fffu) << 13) * 0x1p112f;
    const uint32_t special = (h & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0u;
    to[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(moved) | special | (h & 0x8000u) << 16);
  }
}

}  // namespace fxe
