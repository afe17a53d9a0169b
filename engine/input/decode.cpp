// SPDX-License-Identifier: Apache-2.0
#include "engine/input/decode.h"

#include <algorithm>
#include <climits>
#include <new>
#include <string_view>

#include "engine/error.h"
#include "engine/input/decode_bmp.h"
#include "engine/input/decode_gif.h"
#include "engine/input/decode_jpeg.h"
#include "engine/input/decode_png.h"
#include "engine/input/decode_pnm.h"
#include "engine/input/decode_tga.h"
#include "engine/input/gzip_file.h"
#include "engine/input/image_format.h"

namespace fxe {

namespace {

void decode(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  if (file.empty()) throw bad_input("the file is empty");
  if (file.size() > INT_MAX)
    throw bad_input("the file has {} bytes, more than an image may have", file.size());
  const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 8));
  if (start.starts_with("\xff\xd8\xff")) return decode_jpeg(file, limits, image);
  if (start.starts_with("P5") || start.starts_with("P6")) return decode_pnm(file, limits, image);
  if (start.starts_with("\x89PNG")) return decode_png(file, limits, image);
  if (is_bmp(file)) return decode_bmp(file, limits, image);
  if (is_gif(file)) return decode_gif(file, limits, image);
  if (const auto format = unread_image_format(file); !format.empty())
    throw bad_input("{}: not among the formats that fxe reads; convert it to JPEG or PNG", format);
  if (is_tga(file)) return decode_tga(file, limits, image);
  throw bad_input("not an image that fxe reads; expected JPEG, PNG, BMP, GIF, PGM, PPM or TGA");
}

}  // namespace

void decode_image(std::span<const std::byte> file, Image& image, int64_t max_pixels,
                  DecodeMemory::Share* memory) {
  const DecodeLimits limits{file.size(), max_pixels, memory};
  try {
    if (is_gzip(file))
      decode(gunzip(file), limits, image);
    else
      decode(file, limits, image);
  } catch (const std::bad_alloc&) {
    image = {};
    throw run_time_error("needs more memory than there is; use fewer --threads, or leave this image out");
  }
}

}  // namespace fxe
