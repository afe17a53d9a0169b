// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fxe {

// CRC-32 as in zlib, PNG and Ethernet; `before`: the checksum of what precedes these bytes.
uint32_t checksum(std::span<const std::byte>, uint32_t before = 0);
bool checksum_holds(std::span<const std::byte>, uint32_t stated);

// Writes a part's checksum into its last four bytes, or compares it.
void seal_part(std::span<std::byte> part);
bool part_is_whole(std::span<const std::byte> part);

}  // namespace fxe
