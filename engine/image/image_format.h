// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "engine/image/decode_limits.h"
#include "engine/image/image.h"

namespace fxe {

struct Signature {
  size_t at;
  std::string_view bytes;  // empty: none
};

// A kind of file that people keep pictures in.
struct ImageFormat {
  std::string_view name;
  std::array<std::string_view, 5> endings;                // of its files' names, in lower case
  std::array<Signature, 2> signatures;                    // a file has one of them,
  bool (*is)(std::span<const std::byte> file) = nullptr;  // or this says so
  // nullptr: fxe does not read it, and says its name.
  void (*decode)(std::span<const std::byte> file, const DecodeLimits&, Image&) = nullptr;
};

// By the file's first bytes; nullptr: none that fxe knows.
const ImageFormat* image_format_of(std::span<const std::byte> file);

// By its ending, in lower case and without the dot: an image, which fxe decodes or refuses by name.
bool is_image_ending(std::string_view ending);

}  // namespace fxe
