// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/error.h"

namespace fxe {

using Bytes = std::span<const std::byte>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

// Reads little-endian fields in order. Every read is checked against the end: throws bad_input saying where
// the bytes ran out.
class ByteReader {
 public:
  // `what` names the bytes in errors, such as "data.pkl"; it must outlive the reader.
  ByteReader(Bytes bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  size_t position() const { return position_; }
  size_t left() const { return bytes_.size() - position_; }
  std::string_view what() const { return what_; }

  Bytes take(uint64_t count) {
    if (count > left())
      throw bad_input("{} ends at byte {}, in a field of {} bytes at byte {}; is the file complete?", what_,
                      bytes_.size(), count, position_);
    const Bytes field = bytes_.subspan(position_, static_cast<size_t>(count));
    position_ += field.size();
    return field;
  }

  template <class T>
  T read() {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

  // Up to the next line feed, which is consumed but not returned.
  std::string_view line() {
    const auto rest = as_text(bytes_.subspan(position_));
    const size_t length = rest.find('\n');
    if (length == std::string_view::npos)
      throw bad_input("{} ends at byte {}, in a line that begins at byte {}; is the file complete?", what_,
                      bytes_.size(), position_);
    position_ += length + 1;
    return rest.substr(0, length);
  }

 private:
  Bytes bytes_;
  std::string_view what_;
  size_t position_ = 0;
};

}  // namespace fxe
