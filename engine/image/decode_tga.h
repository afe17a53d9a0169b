// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/image/decode_limits.h"
#include "engine/image/image.h"

namespace fxe {

// Whether the file may be a TGA, which has no signature, by its first bytes.
bool is_tga(std::span<const std::byte> file);

// See decode.h. 8-bit indices, 8-bit grey, 16 bits (grey with alpha, or 5:5:5), 24 and 32 bits, plain or
// run-length coded, starting at any corner. Alpha is dropped. Not stb_image, which gives other colours for
// indices past the palette and for palettes that begin after 0, and takes the right corner for the left.
void decode_tga(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
