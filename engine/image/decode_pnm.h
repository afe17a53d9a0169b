// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/image/decode_limits.h"
#include "engine/image/image.h"

namespace fxe {

// Binary PGM (P5) and PPM (P6) with a largest value of 1 to 65535 (two bytes from 256 on, high byte first).
// As in Pillow, values are scaled to 0..255 and rounded half to even; two-byte grey is scaled to 0..65535 and
// clipped at 255. Throws bad_input for anything else, and if the file is shorter than its header says.
void decode_pnm(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
