// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace fxe {

// SHA-256 (FIPS 180-4), by libcrypto.
std::array<std::byte, 32> sha256(std::span<const std::byte> bytes);

// The same as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace fxe
