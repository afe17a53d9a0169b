// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/error.h"

namespace fxe {

// Reads a file's bytes from the front; numbers are little-endian. Throws bad_input past the end.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> file)
      : file_(reinterpret_cast<const uint8_t*>(file.data()), file.size()) {}

  size_t at() const { return at_; }
  size_t left() const { return file_.size() - at_; }

  std::span<const uint8_t> bytes(size_t count) {
    if (count > left())
      throw bad_input("the file is truncated: {} bytes expected after its first {}, found {}", count, at_,
                      left());
    at_ += count;
    return file_.subspan(at_ - count, count);
  }
  void skip(size_t count) { bytes(count); }
  void go_to(size_t at) {
    at_ = 0;
    skip(at);
  }
  uint8_t u8() { return bytes(1)[0]; }
  uint16_t u16() { return static_cast<uint16_t>(number(2)); }
  uint32_t u32() { return number(4); }

 private:
  uint32_t number(size_t count) {
    const auto of = bytes(count);
    uint32_t value = 0;
    for (size_t i = count; i-- > 0;) value = value << 8 | of[i];
    return value;
  }

  std::span<const uint8_t> file_;
  size_t at_ = 0;
};

}  // namespace fxe
