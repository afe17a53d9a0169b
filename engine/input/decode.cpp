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

// `stored_bytes`: of the file as it is stored, which may be a wrapper.
void decode(std::span<const std::byte> file, size_t stored_bytes, Image& image) {
  if (file.empty()) throw bad_input("the file is empty");
  if (file.size() > INT_MAX)
    throw bad_input("the file has {} bytes, more than an image may have", file.size());
  const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 8));
  if (start.starts_with("\xff\xd8\xff")) return decode_jpeg(file, stored_bytes, image);
  if (start.starts_with("P5") || start.starts_with("P6")) return decode_pnm(file, stored_bytes, image);
  if (start.starts_with("\x89PNG")) return decode_png(file, stored_bytes, image);
  if (is_bmp(file)) return decode_bmp(file, stored_bytes, image);
  if (is_gif(file)) return decode_gif(file, stored_bytes, image);
  if (const auto format = unread_image_format(file); !format.empty())
    throw bad_input("{}: not among the formats that fxe reads; convert it to JPEG or PNG", format);
  if (is_tga(file)) return decode_tga(file, stored_bytes, image);
  throw bad_input("not an image that fxe reads; expected JPEG, PNG, BMP, GIF, PGM, PPM or TGA");
}

}  // namespace

void decode_image(std::span<const std::byte> file, Image& image) {
  try {
    if (is_gzip(file))
      decode(gunzip(file), file.size(), image);
    else
      decode(file, file.size(), image);
  } catch (const std::bad_alloc&) {
    image = {};
    throw bad_input("needs more memory than there is; use fewer --threads, or leave this image out");
  }
}

}  // namespace fxe
