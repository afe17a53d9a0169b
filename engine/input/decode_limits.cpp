// SPDX-License-Identifier: Apache-2.0
#include "engine/input/decode_limits.h"

#include "engine/error.h"
#include "engine/input/decode.h"

namespace fxe {

namespace {

constexpr int64_t kMaxPixelsPerByte = 8 * 1032;

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr int64_t kAllowedPixels =
    1 << 12;  // large pictures take long, and find nothing that small ones do not
#else
constexpr int64_t kAllowedPixels = kMaxPixels;
#endif

}  // namespace

void check_claimed_size(int64_t width, int64_t height, size_t stored_bytes) {
  if (width < 1 || height < 1 || width > kAllowedPixels / height)
    throw bad_input("{}x{} pixels: expected 1 to {}", width, height, kAllowedPixels);
  if (width * height / kMaxPixelsPerByte > static_cast<int64_t>(stored_bytes))
    throw bad_input("{} bytes cannot hold {}x{} pixels; the file is truncated or damaged", stored_bytes,
                    width, height);
}

}  // namespace fxe
