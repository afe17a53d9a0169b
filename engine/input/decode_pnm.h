// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/image.h"

namespace fxe {

// Binary PGM (P5) and PPM (P6) with a largest value of 1 to 255; values are scaled to 0..255 and rounded half
// to even, as Pillow does. Throws bad_input for anything else, and for fewer bytes than the header promises.
void decode_pnm(std::span<const std::byte> file, Image& image);

}  // namespace fxe
