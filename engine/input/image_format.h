// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fxe {

// What kind of file this is, by its first bytes, where it is one that people keep pictures in and fxe does
// not read: "WebP", "TIFF", "HEIC or AVIF", ... Empty for everything else.
std::string_view unread_image_format(std::span<const std::byte> file);

}  // namespace fxe
