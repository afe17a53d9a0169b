// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/image.h"

namespace fxe {

// See decode.h: PNG, BMP, GIF and TGA, of at most INT_MAX bytes. Throws bad_input with stb_image's reason.
void decode_with_stb(std::span<const std::byte> file, Image& image);

}  // namespace fxe
