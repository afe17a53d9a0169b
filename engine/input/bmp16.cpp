// SPDX-License-Identifier: Apache-2.0
#include "engine/input/bmp16.h"

#include <array>
#include <cstdint>

#include "engine/error.h"

namespace fxe {

namespace {

// Offsets in the file. A header of 12 bytes, OS/2's, has narrower fields.
constexpr size_t kHeaderSize = 14, kOs2Header = 12, kOs2Bits = 24, kBits = 28, kCompression = 30, kMasks = 54;
constexpr uint32_t kBitFields = 3;

class Fields {
 public:
  explicit Fields(std::span<const std::byte> file) : file_(file) {}

  uint32_t at(size_t offset, size_t bytes) const {
    uint32_t value = 0;
    for (size_t i = bytes; i-- > 0;)
      value = value << 8 | (offset + i < file_.size() ? static_cast<uint32_t>(file_[offset + i]) : 0);
    return value;
  }

 private:
  std::span<const std::byte> file_;
};

using Masks = std::array<uint32_t, 3>;  // red, green, blue
constexpr Masks k555 = {0x7c00, 0x3e0, 0x1f}, k565 = {0xf800, 0x7e0, 0x1f};

}  // namespace

void as_pillow_scales_bmp16(std::span<const std::byte> file, Image& image) {
  const Fields f(file);
  if (f.at(0, 2) != 0x4d42) return;  // "BM"
  const bool os2 = f.at(kHeaderSize, 4) == kOs2Header;
  if (f.at(os2 ? kOs2Bits : kBits, 2) != 16) return;
  Masks masks = k555;
  if (!os2 && f.at(kCompression, 4) == kBitFields)
    masks = {f.at(kMasks, 4), f.at(kMasks + 4, 4), f.at(kMasks + 8, 4)};
  if (masks != k555 && masks != k565)
    throw bad_input("expected a 16-bit BMP of 5:5:5 or 5:6:5 bits, found the masks {:#x}, {:#x}, {:#x}",
                    masks[0], masks[1], masks[2]);
  const int green_bits = masks == k565 ? 6 : 5;
  for (size_t i = 0; i < image.rgb.size(); ++i) {
    const int bits = i % 3 == 1 ? green_bits : 5;
    image.rgb[i] = static_cast<uint8_t>((image.rgb[i] >> (8 - bits)) * 255 / ((1 << bits) - 1));
  }
}

}  // namespace fxe
