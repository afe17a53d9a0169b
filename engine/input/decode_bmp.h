// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/decode_limits.h"
#include "engine/input/image.h"

namespace fxe {

bool is_bmp(std::span<const std::byte> file);

// Not stb_image, which refuses run lengths and rows from above, and takes colours past the palette from
// memory that nothing wrote. See decode.h: 1, 4 and 8 bits with a palette, plain or run-length coded; 16 bits
// as 5:5:5 and 5:6:5; 24 and 32 bits, whose masks are whole bytes; rows from below or from above.
void decode_bmp(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
