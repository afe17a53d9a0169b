// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/image.h"

namespace fxe {

// The channels of a 16-bit BMP have 5 bits, or 6 of green. To make 8 of them stb_image repeats the high ones,
// while Pillow takes value * 255 / 31, or / 63, rounded down. Makes the one of the other in `image`, which
// stb_image read from `file`; leaves other files alone. Throws bad_input for a layout that Pillow has not:
// it has 5:5:5 and 5:6:5.
void as_pillow_scales_bmp16(std::span<const std::byte> file, Image& image);

}  // namespace fxe
