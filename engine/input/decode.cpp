// SPDX-License-Identifier: Apache-2.0
#include "engine/input/decode.h"

#include <algorithm>
#include <climits>
#include <string_view>

#include "engine/error.h"
#include "engine/input/decode_jpeg.h"
#include "engine/input/decode_pnm.h"
#include "engine/input/decode_stb.h"
#include "engine/input/gzip_file.h"
#include "engine/input/image_format.h"
#include "engine/input/png_chunks.h"

namespace fxe {

namespace {

void decode(std::span<const std::byte> file, Image& image) {
  if (file.empty()) throw bad_input("the file is empty");
  if (file.size() > INT_MAX)
    throw bad_input("the file has {} bytes, more than an image may have", file.size());
  const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 8));
  if (start.starts_with("\xff\xd8\xff")) return decode_jpeg(file, image);
  if (start.starts_with("P5") || start.starts_with("P6")) return decode_pnm(file, image);
  if (start.starts_with("\x89PNG")) check_png_chunks(file);
  if (const auto format = unread_image_format(file); !format.empty())
    throw bad_input("{}: not among the formats that fxe reads; convert it to JPEG or PNG", format);
  decode_with_stb(file, image);
}

}  // namespace

void decode_image(std::span<const std::byte> file, Image& image) {
  if (is_gzip(file))
    decode(gunzip(file), image);
  else
    decode(file, image);
}

}  // namespace fxe
