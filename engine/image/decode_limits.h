// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/image/decode_memory.h"

namespace fxe {

// What decoding one image may cost.
struct DecodeLimits {
  size_t file_bytes;
  int64_t max_pixels;
  DecodeMemory::Share* memory;  // nullptr: no limit
};

// Refuses (bad_input) a header's size if a file of this many bytes cannot hold it, or if it exceeds
// the pixel limit, before memory is spent on it. Then takes the memory that decoding needs, or throws
// run_time if there never is that much. The densest honest file is a one-bit PNG: deflate reaches 1032 bytes
// per byte, of 8 pixels each. GIF reaches 2730 pixels a byte, progressive JPEG 512.
// pixel_bytes: the most bytes a pixel takes while it is decoded.
void check_claimed_size(int64_t width, int64_t height, size_t pixel_bytes, const DecodeLimits&);

}  // namespace fxe
