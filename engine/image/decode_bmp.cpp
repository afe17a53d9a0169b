// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_bmp.h"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/image/byte_reader.h"
#include "engine/image/palette.h"

namespace fxe {

namespace {

using Masks = std::array<uint32_t, 3>;  // red, green, blue
constexpr Masks k555 = {0x7c00, 0x3e0, 0x1f}, k565 = {0xf800, 0x7e0, 0x1f}, k888 = {0xff0000, 0xff00, 0xff};
constexpr uint32_t kPlain = 0, kRuns8 = 1, kRuns4 = 2, kBitFields = 3;
constexpr uint32_t kOs2Header = 12, kFileHeader = 14;

struct Header {
  int64_t width = 0, height = 0;
  bool from_above = false;
  int bits = 0;
  uint32_t compression = kPlain, colours = 0;
  Masks masks{};
  size_t colour_bytes = 4;  // per palette entry
  size_t palette_at = 0, pixels_at = 0;

  size_t row_bytes() const { return static_cast<size_t>((width * bits + 31) / 32 * 4); }
  size_t packed_row_bytes() const { return static_cast<size_t>((width * bits + 7) / 8); }
  size_t rows() const { return static_cast<size_t>(height); }
  size_t columns() const { return static_cast<size_t>(width); }
  size_t output_row(size_t row) const { return from_above ? row : rows() - 1 - row; }
};

Header read_header(std::span<const std::byte> file) {
  ByteReader in(file);
  Header h;
  in.skip(10);
  h.pixels_at = in.u32();
  const uint32_t size = in.u32();
  constexpr uint32_t kSizes[] = {kOs2Header, 40, 52, 56, 64, 108, 124};
  if (std::find(std::begin(kSizes), std::end(kSizes), size) == std::end(kSizes))
    throw bad_input("BMP: a header of {} bytes, which no version has", size);
  if (size == kOs2Header) {
    h.width = in.u16();
    h.height = in.u16();
    in.skip(2);
    h.bits = in.u16();
    h.colour_bytes = 3;
  } else {
    h.width = static_cast<int32_t>(in.u32());
    h.height = static_cast<int32_t>(in.u32());
    h.from_above = h.height < 0;
    h.height = h.from_above ? -h.height : h.height;
    in.skip(2);
    h.bits = in.u16();
    h.compression = in.u32();
    in.skip(12);
    h.colours = in.u32();
    in.skip(4);
  }
  h.masks = h.bits == 16 ? k555 : k888;
  if (h.compression == kBitFields) {
    h.masks = {in.u32(), in.u32(), in.u32()};
    if (h.bits == 32 && h.masks == Masks{}) h.masks = k888;
  }
  h.palette_at = std::max<size_t>(in.at(), kFileHeader + size);
  if (h.bits <= 8 && h.colours == 0) h.colours = 1u << h.bits;
  // Some writers leave the palette out of the offset.
  if (h.bits <= 8 && h.pixels_at == kFileHeader + size) h.pixels_at += h.colour_bytes * h.colours;
  if (h.pixels_at == 0) h.pixels_at = h.palette_at + (h.bits <= 8 ? h.colour_bytes * h.colours : 0);
  return h;
}

void check_layout(const Header& h) {
  const bool runs = h.compression == kRuns8 || h.compression == kRuns4;
  if (h.compression > kBitFields || (h.compression == kRuns8 && h.bits != 8) ||
      (h.compression == kRuns4 && h.bits != 4) || (h.compression == kBitFields && h.bits <= 8))
    throw bad_input("BMP: compression {} of {} bits, which fxe does not read", h.compression, h.bits);
  switch (h.bits) {
    case 1:
    case 4:
    case 8:
      if (h.colours > 256)
        throw bad_input("BMP: expected a palette of at most 256 colours, found {}", h.colours);
      return;
    case 16:
      if (!runs && (h.masks == k555 || h.masks == k565)) return;
      break;
    case 24:
    case 32: {
      const auto whole_byte = [](uint32_t mask) {
        const int shift = std::countr_zero(mask);
        return shift % 8 == 0 && shift < 32 && mask >> shift == 0xff;
      };
      const bool bytes = std::all_of(h.masks.begin(), h.masks.end(), whole_byte);
      const bool fit = h.bits == 32 || h.masks == k888;
      if (bytes && fit) return;
      break;
    }
    default:
      throw bad_input("BMP: expected 1, 4, 8, 16, 24 or 32 bits a pixel, found {}", h.bits);
  }
  throw bad_input("BMP: {} bits a pixel with the masks {:#x}, {:#x}, {:#x}, which fxe does not read", h.bits,
                  h.masks[0], h.masks[1], h.masks[2]);
}

// As in Pillow: an 8-bit palette of greys equal to their indices means grey samples, however short it is; a
// 1-bit palette of black alone means black and white.
Palette read_palette(const Header& h, ByteReader in) {
  in.go_to(h.palette_at);
  Palette palette;
  bool grey = true;
  for (uint32_t i = 0; i < h.colours; ++i) {
    if (in.left() < 3) {
      grey = false;
      break;
    }
    const auto bgr = in.bytes(3);
    palette.set(i, {bgr[2], bgr[1], bgr[0]});
    grey = grey && bgr[0] == i && bgr[1] == i && bgr[2] == i;
    in.skip(std::min(h.colour_bytes - 3, in.left()));
  }
  if (h.bits == 8 && grey && h.colours > 2) return Palette::grey();
  if (h.bits == 1 && grey && h.colours == 1) palette.set(1, {255, 255, 255});
  return palette;
}

// Indices of run-length coded pixels, in file order. Skipped pixels have index 0.
std::vector<uint8_t> read_runs(const Header& h, ByteReader in) {
  const size_t wanted = h.rows() * h.columns();
  std::vector<uint8_t> indices;
  indices.reserve(wanted);
  const auto add = [&](size_t count, uint8_t index) {
    indices.insert(indices.end(), std::min(count, wanted - indices.size()), index);
  };
  const auto half = [](uint8_t pair, size_t i) {
    return static_cast<uint8_t>(i % 2 == 0 ? pair >> 4 : pair & 15);
  };
  size_t x = 0;  // a run ends with its row; the rest up to the next row is dropped
  while (indices.size() < wanted) {
    const size_t count = in.u8();
    const uint8_t value = in.u8();
    if (count > 0) {
      const size_t fits = std::min(count, h.columns() - std::min(x, h.columns()));
      for (size_t i = 0; i < fits; ++i) add(1, h.bits == 8 ? value : half(value, i));
      x += fits;
    } else if (value == 0) {
      add((h.columns() - indices.size() % h.columns()) % h.columns(), 0);
      x = 0;
    } else if (value == 1) {
      break;
    } else if (value == 2) {
      const size_t right = in.u8(), rows = in.u8();
      add(right + rows * h.columns(), 0);
      x = indices.size() % h.columns();
    } else {
      const size_t fits = std::min<size_t>(value, wanted - indices.size());
      const auto packed = in.bytes(h.bits == 8 ? fits : (fits + 1) / 2);
      for (size_t i = 0; i < fits; ++i) add(1, h.bits == 8 ? packed[i] : half(packed[i / 2], i));
      x += value;
      if (in.at() % 2 != 0 && in.left() > 0) in.skip(1);
    }
  }
  if (indices.size() < wanted)
    throw bad_input("BMP: runs for {} of {} pixels; the file is damaged", indices.size(), wanted);
  return indices;
}

// Indices of uncompressed pixels, in file order.
std::vector<uint8_t> read_indices(const Header& h, ByteReader in) {
  std::vector<uint8_t> indices;
  indices.reserve(h.rows() * h.columns());
  const int in_byte = 8 / h.bits, mask = (1 << h.bits) - 1;
  for (size_t y = 0; y < h.rows(); ++y) {
    const auto row = in.bytes(h.packed_row_bytes());
    for (size_t x = 0; x < h.columns(); ++x) {
      const int place = static_cast<int>(x) % in_byte;
      const int shift = 8 - h.bits * (place + 1);
      indices.push_back(static_cast<uint8_t>(row[x / static_cast<size_t>(in_byte)] >> shift & mask));
    }
    in.skip(std::min(h.row_bytes() - h.packed_row_bytes(), in.left()));
  }
  return indices;
}

void read_colours(const Header& h, ByteReader in, Image& image) {
  const int green_bits = h.masks == k565 ? 6 : 5;
  std::array<size_t, 3> byte{};
  for (size_t c = 0; c < 3; ++c) byte[c] = static_cast<size_t>(std::countr_zero(h.masks[c])) / 8;
  for (size_t y = 0; y < h.rows(); ++y) {
    const auto row = in.bytes(h.packed_row_bytes());
    uint8_t* to = image.rgb.data() + 3 * h.columns() * h.output_row(y);
    for (size_t x = 0; x < h.columns(); ++x)
      for (size_t c = 0; c < 3; ++c) {
        if (h.bits > 16) {
          *to++ = row[x * static_cast<size_t>(h.bits / 8) + byte[c]];
          continue;
        }
        const uint32_t largest = (1u << (c == 1 ? green_bits : 5)) - 1;
        const uint32_t pixel = row[2 * x] | static_cast<uint32_t>(row[2 * x + 1]) << 8;
        *to++ = static_cast<uint8_t>((pixel >> std::countr_zero(h.masks[c]) & largest) * 255 / largest);
      }
    in.skip(std::min(h.row_bytes() - h.packed_row_bytes(), in.left()));
  }
}

}  // namespace

bool is_bmp(std::span<const std::byte> file) {
  return file.size() >= 2 && file[0] == std::byte{'B'} && file[1] == std::byte{'M'};
}

void decode_bmp(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  const Header h = read_header(file);
  check_layout(h);
  check_claimed_size(h.width, h.height, /*pixel_bytes=*/h.bits > 8 ? 3 : 4, limits);
  ByteReader in(file);
  in.go_to(h.pixels_at);
  image.width = static_cast<int>(h.width);
  image.height = static_cast<int>(h.height);
  image.rgb.resize(3 * h.rows() * h.columns());
  if (h.bits > 8) return read_colours(h, in, image);
  const Palette palette = read_palette(h, ByteReader(file));
  const auto indices = h.compression == kPlain ? read_indices(h, in) : read_runs(h, in);
  for (size_t y = 0; y < h.rows(); ++y) {
    uint8_t* to = image.rgb.data() + 3 * h.columns() * h.output_row(y);
    for (size_t x = 0; x < h.columns(); ++x, to += 3)
      std::ranges::copy(palette[indices[y * h.columns() + x]], to);
  }
}

}  // namespace fxe
