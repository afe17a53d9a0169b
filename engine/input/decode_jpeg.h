// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/image.h"

namespace fxe {

// See decode.h. Throws bad_input with libjpeg's reason.
void decode_jpeg(std::span<const std::byte> file, size_t stored_bytes, Image& image);

}  // namespace fxe
