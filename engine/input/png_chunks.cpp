// SPDX-License-Identifier: Apache-2.0
#include "engine/input/png_chunks.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kSignature = 8;
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr bool kChecked = false;  // no fuzzer guesses a checksum
#else
constexpr bool kChecked = true;
#endif
constexpr size_t kAround = 12;  // length, type and CRC of a chunk

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}

uint32_t crc32(std::span<const std::byte> bytes) {
  static constexpr auto kTable = crc_table();
  uint32_t c = ~uint32_t{0};
  for (std::byte b : bytes) c = kTable[(c ^ static_cast<uint32_t>(b)) & 0xff] ^ (c >> 8);
  return ~c;
}

uint32_t big_endian(std::span<const std::byte> bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint32_t>(bytes[i]);
  return value;
}

}  // namespace

void check_png_chunks(std::span<const std::byte> file) {
  // Signature, length and type of IHDR, width, height; then bits a sample and the kind of colour, 0: grey.
  constexpr size_t kDepth = kSignature + 16;
  if (file.size() > kDepth + 1 && file[kDepth] == std::byte{16} && file[kDepth + 1] == std::byte{0})
    throw bad_input("PNG: 16-bit grey, which Pillow's versions read differently; convert it to 8 bits");
  for (size_t at = kSignature; at + kAround <= file.size();) {
    const size_t length = big_endian(file.subspan(at, 4));
    if (length > file.size() - at - kAround) break;
    const auto checked = file.subspan(at + 4, 4 + length);
    if (kChecked && crc32(checked) != big_endian(file.subspan(at + 8 + length, 4)))
      throw bad_input("PNG: the chunk at byte {} has another checksum; the file is damaged", at);
    if (std::string_view(reinterpret_cast<const char*>(checked.data()), 4) == "IEND") return;
    at += kAround + length;
  }
  throw bad_input("PNG: no IEND chunk found; the file is truncated");
}

}  // namespace fxe
