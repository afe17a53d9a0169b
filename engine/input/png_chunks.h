// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/input/palette.h"

namespace fxe {

// What a PNG file holds, its pixels still deflated. stb_image, which makes them a picture, takes colours past
// the palette from memory that nothing wrote, looks at no checksum, and reads zeros where the data ends too
// early; so it is given no file but stb_png() of one that went through the other two.
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
// its header is one that PNG has, and indices have a palette.
PngChunks read_png_chunks(std::span<const std::byte> file);

// Throws bad_input unless the data inflates to all pixels. More is let pass, and so is a missing checksum,
// but not a wrong one: as in Pillow. `stored_bytes`: as in check_claimed_size().
void check_png_data(const PngChunks&, size_t stored_bytes);

// A file of the same pixels, with a palette of 256 colours (black where it had fewer), and without
// transparency, checksums and whatever else there was.
std::vector<std::byte> stb_png(const PngChunks&);

}  // namespace fxe
