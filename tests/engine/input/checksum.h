// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace fxe::test {

// CRC-32 as zip, PNG and Python's zlib.crc32 have it.
inline uint32_t crc32(std::span<const std::byte> bytes) {
  uint32_t c = ~uint32_t{0};
  for (std::byte b : bytes) {
    c ^= static_cast<uint32_t>(b);
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ (0xedb88320u & (0u - (c & 1)));
  }
  return ~c;
}

}  // namespace fxe::test
