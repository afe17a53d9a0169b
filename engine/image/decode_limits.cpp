// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_limits.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/image/decode.h"

namespace fxe {

namespace {

constexpr int64_t kMaxPixelsPerByte = 8 * 1032;

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr int64_t kAllowedPixels =
    1 << 12;  // large pictures take long and find nothing that small ones do not
#else
constexpr int64_t kAllowedPixels = kMaxPixels;
#endif

}  // namespace

void check_claimed_size(int64_t width, int64_t height, size_t pixel_bytes, const DecodeLimits& limits) {
  const int64_t most = std::min(kAllowedPixels, limits.max_pixels);
  if (width < 1 || height < 1 || width > most / height)
    throw bad_input("{}x{} pixels: expected 1 to {}{}", width, height, most,
                    most < kAllowedPixels ? ", as --max-pixels says" : "");
  if (width * height / kMaxPixelsPerByte > static_cast<int64_t>(limits.file_bytes))
    throw bad_input("{} bytes cannot hold {}x{} pixels; the file is truncated or damaged", limits.file_bytes,
                    width, height);
  const size_t bytes = limits.file_bytes + static_cast<size_t>(width * height) * pixel_bytes;
  if (limits.memory && !limits.memory->take(bytes))
    throw run_time_error(
        "needs more memory than is available: {}x{} pixels take up to {} MiB, and images may take {} MiB; "
        "leave this image out",
        width, height, (bytes >> 20) + 1, limits.memory->bytes_of_all() >> 20);
}

}  // namespace fxe
