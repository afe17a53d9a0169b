// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace fxe {

// Refuses (bad_input) what a header claims but a file of this size, as it is stored, cannot hold, before
// memory is spent on it. The densest honest file is a one-bit PNG: deflate reaches 1032 bytes a byte, of 8
// pixels each. GIF reaches 2730 pixels a byte, a progressive JPEG 512.
void check_claimed_size(int64_t width, int64_t height, size_t stored_bytes);

}  // namespace fxe
