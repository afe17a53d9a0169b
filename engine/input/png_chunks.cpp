// SPDX-License-Identifier: Apache-2.0
#include "engine/input/png_chunks.h"

#include <zlib.h>

#include <string_view>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kSignature = 8;
constexpr size_t kAround = 12;  // length, type and CRC of a chunk
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr bool kChecked = false;  // no fuzzer guesses a checksum
#else
constexpr bool kChecked = true;
#endif

uint32_t big_endian(std::span<const std::byte> bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint32_t>(bytes[i]);
  return value;
}

// zlib's counts are of 32 bits, and so are a chunk's.
uint32_t crc_of(std::span<const std::byte> bytes) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

void read_header(std::span<const std::byte> data, PngChunks& png) {
  if (data.size() != 13) throw bad_input("PNG: a header of {} bytes; expected 13", data.size());
  const auto byte = [&](size_t at) { return static_cast<int>(data[at]); };
  png.width = big_endian(data);
  png.height = big_endian(data.subspan(4));
  png.depth = byte(8);
  png.colour = static_cast<PngChunks::Colour>(byte(9));
  png.interlaced = byte(12) != 0;
  const auto depth_is = [&](auto... of) { return ((png.depth == of) || ...); };
  bool known = false;
  switch (png.colour) {
    case PngChunks::Colour::grey:
      known = depth_is(1, 2, 4, 8, 16);
      break;
    case PngChunks::Colour::indexed:
      known = depth_is(1, 2, 4, 8);
      break;
    case PngChunks::Colour::rgb:
    case PngChunks::Colour::grey_alpha:
    case PngChunks::Colour::rgb_alpha:
      known = depth_is(8, 16);
  }
  if (!known || byte(10) != 0 || byte(11) != 0 || byte(12) > 1)
    throw bad_input(
        "PNG: {} bits of the kind of colour {}, compression {}, filter {}, interlace {}: no such PNG",
        png.depth, byte(9), byte(10), byte(11), byte(12));
}

Palette read_palette(std::span<const std::byte> data) {
  if (data.size() > 3 * 256) throw bad_input("PNG: a palette of more than 256 colours");
  Palette palette;
  for (size_t i = 0; i < data.size() / 3; ++i)
    palette.set(i, {static_cast<uint8_t>(data[3 * i]), static_cast<uint8_t>(data[3 * i + 1]),
                    static_cast<uint8_t>(data[3 * i + 2])});
  return palette;
}

}  // namespace

PngChunks read_png_chunks(std::span<const std::byte> file) {
  PngChunks png;
  bool data_ended = false;
  for (size_t at = kSignature; at + kAround <= file.size();) {
    const size_t length = big_endian(file.subspan(at, 4));
    if (length > file.size() - at - kAround) break;
    const auto checked = file.subspan(at + 4, 4 + length), data = checked.subspan(4);
    if (kChecked && crc_of(checked) != big_endian(file.subspan(at + 8 + length, 4)))
      throw bad_input("PNG: the chunk at byte {} has another checksum; the file is damaged", at);
    const std::string_view type(reinterpret_cast<const char*>(checked.data()), 4);
    if ((at == kSignature) != (type == "IHDR"))
      throw bad_input("PNG: the header is not the first chunk, or not the only one");
    if (type == "IHDR") read_header(data, png);
    if (type == "PLTE" && png.data.empty()) png.palette = read_palette(data);
    if (type == "IDAT" && !data_ended) png.data.push_back(data);
    if (type != "IDAT" && !png.data.empty()) data_ended = true;  // they are consecutive
    if (type == "IEND") return png;
    at += kAround + length;
  }
  throw bad_input("PNG: no IEND chunk found; the file is truncated");
}

}  // namespace fxe
