// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/image/decode_limits.h"
#include "engine/image/image.h"

namespace fxe {

// See decode.h. Throws bad_input with libjpeg's reason.
void decode_jpeg(std::span<const std::byte> file, const DecodeLimits& limits, Image& image);

}  // namespace fxe
