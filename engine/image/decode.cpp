// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode.h"

#include <climits>
#include <new>

#include "engine/error.h"
#include "engine/image/image_format.h"

namespace fxe {

namespace {

void decode(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  if (file.empty()) throw bad_input("the file is empty");
  if (file.size() > INT_MAX)
    throw bad_input("the file has {} bytes, more than an image may have", file.size());
  const ImageFormat* format = image_format_of(file);
  if (!format) throw bad_input("not an image that fxe reads; expected JPEG, PNG, BMP, GIF, PGM, PPM or TGA");
  if (!format->decode)
    throw bad_input("{}: not among the formats that fxe reads; convert it to JPEG or PNG", format->name);
  format->decode(file, limits, image);
}

}  // namespace

void decode_image(std::span<const std::byte> file, Image& image, int64_t max_pixels,
                  DecodeMemory::Share* memory) {
  const DecodeLimits limits{file.size(), max_pixels, memory};
  try {
    decode(file, limits, image);
  } catch (const std::bad_alloc&) {
    image = {};
    throw run_time_error("needs more memory than is available; use fewer --threads, or leave this image out");
  }
}

}  // namespace fxe
