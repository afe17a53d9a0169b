// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/part.h"

#include <zlib.h>

#include <cstring>

namespace fxe {

uint32_t checksum(std::span<const std::byte> bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

void seal_part(std::span<std::byte> part) {
  const uint32_t sum = checksum(part.first(part.size() - sizeof(uint32_t)));
  std::memcpy(part.data() + part.size() - sizeof(sum), &sum, sizeof(sum));
}

bool part_is_whole(std::span<const std::byte> part) {
  uint32_t sum;
  std::memcpy(&sum, part.data() + part.size() - sizeof(sum), sizeof(sum));
  return sum == checksum(part.first(part.size() - sizeof(sum)));
}

}  // namespace fxe
