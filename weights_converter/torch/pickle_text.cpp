// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/torch/pickle_text.h"

#include <charconv>

#include "weights_converter/printable.h"

namespace fxe::pickle {

namespace {

template <class T, class... Base>
bool parse(std::string_view text, T& value, Base... base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base...);
  return error == std::errc() && end == text.data() + text.size();
}

void append_utf8(std::string& out, uint32_t code) {
  const auto byte = [&](uint32_t value) { out += static_cast<char>(value); };
  const auto continuation = [&](int shift) { byte(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) return byte(0xc0 | (code >> 6)), continuation(0);
  if (code < 0x10000) return byte(0xe0 | (code >> 12)), continuation(6), continuation(0);
  if (code > 0x10ffff) throw bad_input("a string has the character U+{:X}, which does not exist", code);
  byte(0xf0 | (code >> 18)), continuation(12), continuation(6), continuation(0);
}

// The hexadecimal digits at text[i + 2], after a backslash and a letter.
uint32_t hex_digits(std::string_view text, size_t i, size_t count) {
  uint32_t code = 0;
  if (i + 2 + count > text.size() || !parse(text.substr(i + 2, count), code, 16))
    throw bad_input("a string has an incomplete escape: {}", printable(text.substr(i), 12));
  return code;
}

}  // namespace

Value binary_integer(Bytes bytes) {
  if (bytes.size() > 8) return {.kind = Kind::big_integer, .text = as_text(bytes)};
  uint64_t bits = 0;
  for (size_t i = 0; i < bytes.size(); ++i) bits |= std::to_integer<uint64_t>(bytes[i]) << (8 * i);
  const bool negative = !bytes.empty() && (std::to_integer<int>(bytes.back()) & 0x80) != 0;
  if (negative && bytes.size() < 8) bits |= ~uint64_t{0} << (8 * bytes.size());
  return {.kind = Kind::integer, .integer = static_cast<int64_t>(bits)};
}

Value decimal_integer(std::string_view text, Heap& heap) {
  if (text == "01" || text == "00") return {.kind = Kind::boolean, .integer = text == "01"};
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.ends_with('L')) text.remove_suffix(1);
  int64_t value = 0;
  if (parse(text, value)) return {.kind = Kind::integer, .integer = value};
  if (text.empty() || text.find_first_not_of("-0123456789") != std::string_view::npos)
    throw bad_input("expected an integer, found '{}'", printable(text, 40));
  return {.kind = Kind::big_integer, .text = heap.keep(std::string(text))};
}

double decimal_float(std::string_view text) {
  double value = 0;
  if (!parse(text, value)) throw bad_input("expected a number, found '{}'", printable(text, 40));
  return value;
}

std::string unescape_quoted(std::string_view text) {
  if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front())
    throw bad_input("expected a quoted string, found {}", printable(text, 40));
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char kind = i + 1 < text.size() ? text[i + 1] : '\0';
    if (kind == 'x') {
      out += static_cast<char>(hex_digits(text, i, 2));
      i += 3;
    } else if (const size_t plain = std::string_view("\\'\"nrt").find(kind);
               plain != std::string_view::npos) {
      out += "\\'\"\n\r\t"[plain];
      i += 1;
    } else {
      throw bad_input("a string has an unknown escape: {}", printable(text.substr(i), 12));
    }
  }
  return out;
}

std::string unescape_raw_unicode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char kind = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (kind == 'u' || kind == 'U') {
      const size_t digits = kind == 'u' ? 4 : 8;
      append_utf8(out, hex_digits(text, i, digits));
      i += 1 + digits;
    } else {
      append_utf8(out, static_cast<unsigned char>(text[i]));  // otherwise raw-unicode-escape is Latin-1
    }
  }
  return out;
}

}  // namespace fxe::pickle
