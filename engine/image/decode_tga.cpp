// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_tga.h"

#include <algorithm>

#include "engine/image/byte_reader.h"
#include "engine/image/palette.h"

namespace fxe {

namespace {

constexpr int kIndexed = 1, kColour = 2, kGrey = 3, kRuns = 8;  // kRuns is added to the others
constexpr size_t kHeaderSize = 18;

struct Header {
  size_t comment = 0;
  bool has_palette = false;
  int kind = 0;
  size_t first = 0, entries = 0;
  int entry_bits = 0;
  size_t width = 0, height = 0;
  int bits = 0;
  uint8_t flags = 0;

  int coding() const { return kind & ~kRuns; }
  bool read() const {
    const int c = coding();
    return width > 0 && height > 0 &&
           ((c == kIndexed && has_palette && bits == 8) || (c == kGrey && (bits == 8 || bits == 16)) ||
            (c == kColour && (bits == 16 || bits == 24 || bits == 32)));
  }
};

Header read_header(ByteReader& in) {
  Header h;
  h.comment = in.u8();
  const int palettes = in.u8();
  h.has_palette = palettes == 1;
  h.kind = palettes <= 1 ? in.u8() : 0;
  h.first = in.u16();
  h.entries = in.u16();
  h.entry_bits = in.u8();
  in.skip(4);
  h.width = in.u16();
  h.height = in.u16();
  h.bits = in.u8();
  h.flags = in.u8();
  return h;
}

Palette::Rgb colour(std::span<const uint8_t> stored) {
  if (stored.size() > 2) return {stored[2], stored[1], stored[0]};
  const int value = stored[0] | stored[1] << 8;
  const auto channel = [&](int shift) { return static_cast<uint8_t>((value >> shift & 31) * 255 / 31); };
  return {channel(10), channel(5), channel(0)};
}

Palette read_palette(const Header& h, ByteReader& in) {
  Palette palette;
  if (!h.has_palette) return palette;
  if (h.entry_bits != 16 && h.entry_bits != 24 && h.entry_bits != 32)
    throw bad_input("TGA: expected a palette of 16, 24 or 32 bits an entry, found {}", h.entry_bits);
  if (h.first + h.entries > 256)
    throw bad_input("TGA: expected a palette of at most 256 colours, found {}", h.first + h.entries);
  for (size_t i = 0; i < h.entries; ++i)
    palette.set(h.first + i, colour(in.bytes(static_cast<size_t>(h.entry_bits / 8))));
  return palette;
}

}  // namespace

bool is_tga(std::span<const std::byte> file) {
  if (file.size() < kHeaderSize) return false;
  ByteReader in(file);
  return read_header(in).read();
}

void decode_tga(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  ByteReader in(file);
  const Header h = read_header(in);
  check_claimed_size(static_cast<int64_t>(h.width), static_cast<int64_t>(h.height), /*pixel_bytes=*/3,
                     limits);
  in.skip(h.comment);
  const Palette palette = read_palette(h, in);
  image.width = static_cast<int>(h.width);
  image.height = static_cast<int>(h.height);
  image.rgb.resize(3 * h.width * h.height);
  const auto pixel = [&]() -> Palette::Rgb {
    const auto stored = in.bytes(static_cast<size_t>(h.bits / 8));
    if (h.coding() == kIndexed) return palette[stored[0]];
    if (h.coding() == kGrey) return {stored[0], stored[0], stored[0]};
    return colour(stored);
  };
  const bool from_above = h.flags & 0x20, from_right = h.flags & 0x10;
  size_t left = 0;  // in a packet, which may go on in the next row
  bool repeated = false;
  Palette::Rgb value{};
  for (size_t row = 0; row < h.height; ++row) {
    const size_t y = from_above ? row : h.height - 1 - row;
    for (size_t column = 0; column < h.width; ++column) {
      const size_t x = from_right ? h.width - 1 - column : column;
      if (left == 0) {
        repeated = false;
        left = 1;
        if (h.kind & kRuns) {
          const uint8_t packet = in.u8();
          repeated = packet & 0x80;
          left = 1 + (packet & 0x7fu);
        }
        value = pixel();
      } else if (!repeated) {
        value = pixel();
      }
      --left;
      std::ranges::copy(value, &image.rgb[3 * (y * h.width + x)]);
    }
  }
}

}  // namespace fxe
