// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/image.h"

namespace fxe {

// Binary PGM (P5) with a largest value of 1 to 255, and PPM (P6) with one of 1 to 65535 (from 256 on two
// bytes, high one first); values are scaled to 0..255 and rounded half to even, as Pillow does. Throws
// bad_input for anything else (16-bit grey is clipped by Pillow, and refused here), and for fewer bytes than
// the header promises.
void decode_pnm(std::span<const std::byte> file, Image& image);

}  // namespace fxe
