// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/image/decode_limits.h"
#include "engine/image/image.h"

namespace fxe {

bool is_bmp(std::span<const std::byte> file);

// See decode.h. 1, 4 and 8 bits with a palette, plain or run-length coded; 16 bits as 5:5:5 and 5:6:5; 24 and
// 32 bits with masks of whole bytes; rows bottom-up or top-down. Not stb_image, which refuses run lengths and
// top-down rows, and reads colours past the palette from uninitialised memory.
void decode_bmp(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
