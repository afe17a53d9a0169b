// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/image/palette.h"

namespace fxe {

// The content of a PNG file, its pixels still deflated. stb_image, which decodes them, reads colours past the
// palette from uninitialised memory, checks no checksum, and reads zeros if the data ends too early. So it
// only ever gets stb_png() of a file that passed read_png_chunks() and check_png_data().
struct PngChunks {
  enum class Colour : uint8_t { grey = 0, rgb = 2, indexed = 3, grey_alpha = 4, rgb_alpha = 6 };

  uint32_t width = 0, height = 0;
  int depth = 0;  // bits per sample
  Colour colour = Colour::grey;
  bool interlaced = false;
  std::optional<Palette> palette;
  std::vector<std::span<const std::byte>> data;  // of the IDAT chunks, into the file
};

// Throws bad_input unless every chunk up to IEND is whole and has the right CRC-32, the header is valid, and
// indexed pixels have a palette.
PngChunks read_png_chunks(std::span<const std::byte> file);

// Throws bad_input unless the data inflates to all pixels. As in Pillow, surplus data and a missing checksum
// are accepted, a wrong checksum is not.
void check_png_data(const PngChunks&, size_t file_bytes);

// A file of the same pixels, with a palette of 256 colours (padded with black), and without transparency,
// checksums and other chunks.
std::vector<std::byte> stb_png(const PngChunks&);

}  // namespace fxe
