// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace fxe::test {

// CRC-32 as in zip, PNG and Python's zlib.crc32.
inline uint32_t crc32(std::span<const std::byte> bytes) {
  static const auto kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      table[i] = i;
      for (int bit = 0; bit < 8; ++bit) table[i] = (table[i] >> 1) ^ (0xedb88320u & (0u - (table[i] & 1)));
    }
    return table;
  }();
  uint32_t c = ~uint32_t{0};
  for (std::byte b : bytes) c = (c >> 8) ^ kTable[(c ^ static_cast<uint32_t>(b)) & 0xff];
  return ~c;
}

}  // namespace fxe::test
