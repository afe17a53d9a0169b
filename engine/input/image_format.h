// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fxe {

// The format of a picture file that fxe does not read, by its first bytes: "WebP", "TIFF", "HEIC or AVIF",
// ... Empty for everything else.
std::string_view unread_image_format(std::span<const std::byte> file);

}  // namespace fxe
