// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/decode_limits.h"
#include "engine/input/image.h"

namespace fxe {

// Binary PGM (P5) and PPM (P6) with a largest value of 1 to 65535 (from 256 on two bytes, high one first).
// Values are scaled to 0..255 and rounded half to even, as Pillow does; grey of two bytes is scaled to
// 0..65535 and clipped at 255, as Pillow does. Throws bad_input for anything else, and for fewer bytes than
// the header promises.
void decode_pnm(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
