// SPDX-License-Identifier: Apache-2.0
#include "engine/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "engine/error.h"

namespace fxe {

std::array<std::byte, 32> sha256(std::span<const std::byte> bytes) {
  std::array<std::byte, 32> digest;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
                 EVP_sha256(), nullptr) != 1)
    throw run_time_error("SHA-256: libcrypto cannot compute it");
  return digest;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  std::string hex;
  for (const std::byte b : sha256(bytes)) hex += fmt::format("{:02x}", b);
  return hex;
}

}  // namespace fxe
