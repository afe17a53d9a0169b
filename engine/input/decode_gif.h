// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/decode_limits.h"
#include "engine/input/image.h"

namespace fxe {

bool is_gif(std::span<const std::byte> file);

// Not stb_image, which fills the screen otherwise than Pillow, with colours exchanged, and refuses pictures
// that leave it. See decode.h. The first picture, on the screen that the file declares, enlarged where the
// picture leaves it. What the picture does not cover has the transparent index, or 0 where there is none. A
// transparent colour keeps its colour.
void decode_gif(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
