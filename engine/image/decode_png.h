// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/image/decode_limits.h"
#include "engine/image/image.h"

namespace fxe {

// See decode.h. Every bit depth and colour type, interlaced or not. Alpha and transparent colours are
// dropped. 16-bit samples keep their high 8 bits, but 16-bit grey is clipped at 255.
void decode_png(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
