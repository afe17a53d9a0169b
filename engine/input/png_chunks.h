// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace fxe {

// stb_image looks at no checksum, so a damaged PNG would give a picture. Throws bad_input unless every chunk
// of the file up to IEND is whole and has the CRC-32 that it should have, and for 16-bit grey, which Pillow's
// versions read in different ways (clipped to 255, or the high bytes).
void check_png_chunks(std::span<const std::byte> file);

}  // namespace fxe
