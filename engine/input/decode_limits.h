// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/input/decode_memory.h"

namespace fxe {

// What one image may cost.
struct DecodeLimits {
  size_t stored_bytes;  // of the file as it is stored, which may be a wrapper
  int64_t max_pixels;
  DecodeMemory::Share* memory;  // nullptr: no limit
};

// Refuses (bad_input) what a header claims but a file of this size, as it is stored, cannot hold, and more
// pixels than are allowed, before memory is spent on it; then takes the memory that decoding needs, or throws
// run_time where there never is as much. The densest honest file is a one-bit PNG: deflate reaches 1032 bytes
// a byte, of 8 pixels each. GIF reaches 2730 pixels a byte, a progressive JPEG 512.
// pixel_bytes: of a pixel, at the most, while it is decoded.
void check_claimed_size(int64_t width, int64_t height, size_t pixel_bytes, const DecodeLimits&);

}  // namespace fxe
