// SPDX-License-Identifier: Apache-2.0
#include "engine/utf8.h"

#include <algorithm>

namespace fxe {

namespace {

// The code point of a character of up to three bytes. Characters of four bytes include no control characters.
unsigned code_point(std::string_view c) {
  const auto bits = [&](size_t i, unsigned mask) { return static_cast<unsigned char>(c[i]) & mask; };
  if (c.size() == 1) return bits(0, 0x7f);
  if (c.size() == 2) return bits(0, 0x1f) << 6 | bits(1, 0x3f);
  if (c.size() == 3) return bits(0, 0x0f) << 12 | bits(1, 0x3f) << 6 | bits(2, 0x3f);
  return 0x10000;
}

bool is_control(unsigned c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

size_t utf8_length(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char first = byte(0);
  const size_t n = first < 0x80                     ? 1
                   : first >= 0xC2 && first <= 0xDF ? 2
                   : (first & 0xF0) == 0xE0         ? 3
                   : first >= 0xF0 && first <= 0xF4 ? 4
                                                    : 0;
  if (n == 0 || n > s.size()) return 0;
  for (size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if (n == 3 && ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
                 (first == 0xEF && byte(1) == 0xBF && byte(2) > 0xBD)))
    return 0;
  if (n == 4 && ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F))) return 0;
  return n;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t n = utf8_length(text);
    out += n > 0 ? text.substr(0, n) : "\uFFFD";
    text.remove_prefix(n > 0 ? n : 1);
  }
  return out;
}

size_t shown_length(std::string_view text) {
  const size_t n = utf8_length(text);
  return n > 0 && !is_control(code_point(text.substr(0, n))) ? n : 0;
}

std::string on_one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t n = std::max<size_t>(utf8_length(text), 1);
    out += shown_length(text) > 0 ? text.substr(0, n) : "?";
    text.remove_prefix(n);
  }
  return out;
}

}  // namespace fxe
