// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_gif.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "engine/image/byte_reader.h"
#include "engine/image/palette.h"

namespace fxe {

namespace {

constexpr uint8_t kExtension = '!', kPicture = ',', kEnd = ';', kControl = 0xf9;
constexpr uint8_t kHasPalette = 0x80, kInterlaced = 0x40, kTransparent = 1;

// The colours of the table that `flags` describe; greys if there is none.
Palette read_palette(ByteReader& in, uint8_t flags) {
  if (!(flags & kHasPalette)) return Palette::grey();
  const size_t count = size_t{2} << (flags & 7);
  Palette palette, greys;
  for (size_t i = 0; i < count; ++i) {
    const auto rgb = in.bytes(3);
    palette.set(i, {rgb[0], rgb[1], rgb[2]});
    const auto grey = static_cast<uint8_t>(i);
    greys.set(i, {grey, grey, grey});
  }
  // As in Pillow: a table of greys equal to their indices counts as none, so the greys go on past its end.
  return palette == greys ? Palette::grey() : palette;
}

void skip_blocks(ByteReader& in) {
  while (const size_t count = in.u8()) in.skip(count);
}

// The transparent index of the control block before the picture, if any; leaves `in` at the picture.
std::optional<uint8_t> find_picture(ByteReader& in) {
  std::optional<uint8_t> transparent;
  while (true) {
    const uint8_t kind = in.u8();
    if (kind == kPicture) return transparent;
    if (kind == kEnd) throw bad_input("GIF: no picture in it");
    if (kind != kExtension) continue;
    const uint8_t what = in.u8();
    const size_t count = in.u8();
    const auto block = in.bytes(count);
    if (what == kControl && count >= 4 && block[0] & kTransparent) transparent = block[3];
    if (count > 0) skip_blocks(in);
  }
}

// The bits of a picture's blocks, lowest first.
class Codes {
 public:
  explicit Codes(ByteReader& in) : in_(in) {}

  unsigned next(int bits) {
    while (count_ < bits) {
      while (block_.empty()) {
        const size_t count = in_.u8();
        if (count == 0) throw bad_input("GIF: the picture's data ends before its pixels do");
        block_ = in_.bytes(count);
      }
      held_ |= static_cast<uint32_t>(block_.front()) << count_;
      block_ = block_.subspan(1);
      count_ += 8;
    }
    const unsigned code = held_ & ((1u << bits) - 1);
    held_ >>= bits;
    count_ -= bits;
    return code;
  }

 private:
  ByteReader& in_;
  std::span<const uint8_t> block_;
  uint32_t held_ = 0;
  int count_ = 0;
};

// LZW: a code stands for another code's string plus one byte.
std::vector<uint8_t> decode_lzw(ByteReader& in, size_t wanted) {
  constexpr int kMaxBits = 12;
  constexpr unsigned kCodes = 1u << kMaxBits, kNone = kCodes;
  const int bits = in.u8();
  if (bits > kMaxBits) throw bad_input("GIF: codes of {} bits; expected at most {}", bits, kMaxBits);
  const unsigned clear = 1u << bits, end = clear + 1;
  std::array<uint16_t, kCodes> prefix{};
  std::array<uint8_t, kCodes> last{};
  std::array<uint8_t, kCodes> string;
  for (unsigned i = 0; i < std::min(clear, 256u); ++i) last[i] = static_cast<uint8_t>(i);
  std::vector<uint8_t> pixels;
  pixels.reserve(wanted);
  Codes codes(in);
  int width = bits + 1;
  unsigned free = clear + 2, before = kNone;
  uint8_t first = 0;  // of the previous string
  while (pixels.size() < wanted) {
    const unsigned code = codes.next(width);
    if (code == clear) {
      width = bits + 1;
      free = clear + 2;
      before = kNone;
      continue;
    }
    if (code == end)
      throw bad_input("GIF: the picture's data ends after {} of {} pixels", pixels.size(), wanted);
    if (code > free || (before == kNone && code > clear)) throw bad_input("GIF: damaged data");
    size_t length = 0;
    unsigned c = code;
    if (code == free) {  // the previous string, and its first pixel again
      string[length++] = first;
      c = before;
    }
    for (; c >= clear; c = prefix[c]) string[length++] = last[c];
    string[length++] = first = last[c];
    for (; length > 0 && pixels.size() < wanted; --length) pixels.push_back(string[length - 1]);
    if (before != kNone && free < kCodes) {
      prefix[free] = static_cast<uint16_t>(before);
      last[free] = first;
      if (++free == 1u << width && width < kMaxBits) ++width;
    }
    before = code;
  }
  return pixels;
}

// The order in which the data holds the picture's rows.
std::vector<size_t> order_of_rows(size_t height, bool interlaced) {
  std::vector<size_t> rows;
  const auto every = [&](size_t step, size_t first) {
    for (size_t y = first; y < height; y += step) rows.push_back(y);
  };
  if (!interlaced) {
    every(1, 0);
    return rows;
  }
  every(8, 0);
  every(8, 4);
  every(4, 2);
  every(2, 1);
  return rows;
}

}  // namespace

bool is_gif(std::span<const std::byte> file) {
  return file.size() >= 6 &&
         (std::memcmp(file.data(), "GIF87a", 6) == 0 || std::memcmp(file.data(), "GIF89a", 6) == 0);
}

void decode_gif(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  ByteReader in(file);
  in.skip(6);
  size_t width = in.u16(), height = in.u16();
  const uint8_t screen_flags = in.u8();
  in.skip(2);
  Palette palette = read_palette(in, screen_flags);
  const auto transparent = find_picture(in);
  const size_t left = in.u16(), top = in.u16(), columns = in.u16(), rows = in.u16();
  const uint8_t flags = in.u8();
  if (flags & kHasPalette) palette = read_palette(in, flags);
  width = std::max(width, left + columns);
  height = std::max(height, top + rows);
  check_claimed_size(static_cast<int64_t>(width), static_cast<int64_t>(height), /*pixel_bytes=*/5, limits);
  const auto pixels = decode_lzw(in, columns * rows);
  std::vector<uint8_t> screen(width * height, transparent.value_or(0));
  auto row = pixels.begin();
  for (const size_t y : order_of_rows(rows, flags & kInterlaced)) {
    std::copy_n(row, columns, screen.begin() + static_cast<std::ptrdiff_t>((top + y) * width + left));
    row += static_cast<std::ptrdiff_t>(columns);
  }
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.rgb.resize(3 * width * height);
  for (size_t i = 0; i < screen.size(); ++i) std::ranges::copy(palette[screen[i]], &image.rgb[3 * i]);
}

}  // namespace fxe
