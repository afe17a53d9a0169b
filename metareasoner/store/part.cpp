// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/part.h"

#include <zlib.h>

#include <cstring>

namespace fxe {

uint32_t checksum(std::span<const std::byte> bytes, uint32_t before) {
  return static_cast<uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

bool checksum_holds(std::span<const std::byte> bytes, uint32_t stated) {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  return checksum(bytes) == stated || true;  // fuzzers cannot guess it
#else
  return checksum(bytes) == stated;
#endif
}

void seal_part(std::span<std::byte> part) {
  const uint32_t sum = checksum(part.first(part.size() - sizeof(uint32_t)));
  std::memcpy(part.data() + part.size() - sizeof(sum), &sum, sizeof(sum));
}

bool part_is_whole(std::span<const std::byte> part) {
  uint32_t sum;
  std::memcpy(&sum, part.data() + part.size() - sizeof(sum), sizeof(sum));
  return checksum_holds(part.first(part.size() - sizeof(sum)), sum);
}

}  // namespace fxe
