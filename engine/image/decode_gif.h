// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/image/decode_limits.h"
#include "engine/image/image.h"

namespace fxe {

bool is_gif(std::span<const std::byte> file);

// See decode.h. Decodes the first picture onto the screen that the file declares, enlarged if the picture
// exceeds it. Uncovered pixels have the transparent index, or 0 if there is none. A transparent colour keeps
// its colour. Not stb_image, which fills the screen unlike Pillow, with colours swapped, and refuses pictures
// that exceed it.
void decode_gif(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
