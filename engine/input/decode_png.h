// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/decode_limits.h"
#include "engine/input/image.h"

namespace fxe {

// See decode.h: every depth and kind of colour, interlaced or not. Alpha and transparent colours are dropped;
// of 16 bits the high 8 count, but grey of 16 bits is clipped at 255.
void decode_png(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
