// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/input/palette.h"

namespace fxe {

// What a PNG file holds, its pixels still deflated.
struct PngChunks {
  enum class Colour : uint8_t { grey = 0, rgb = 2, indexed = 3, grey_alpha = 4, rgb_alpha = 6 };

  uint32_t width = 0, height = 0;
  int depth = 0;  // bits a sample
  Colour colour = Colour::grey;
  bool interlaced = false;
  std::optional<Palette> palette;
  std::vector<std::span<const std::byte>> data;  // of the IDAT chunks, into the file
};

// Throws bad_input unless every chunk of the file up to IEND is whole and has the CRC-32 that it should have,
// and its header is one that PNG has.
PngChunks read_png_chunks(std::span<const std::byte> file);

}  // namespace fxe
