// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_pnm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "engine/error.h"

namespace fxe {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Consumes white space, comments up to the end of their line, and a number from the front of `text`.
int take_number(std::string_view& text) {
  while (!text.empty() && (is_space(text.front()) || text.front() == '#'))
    text.remove_prefix(text.front() == '#' ? std::min(text.find('\n'), text.size() - 1) + 1 : 1);
  int value = 0;
  size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits == 9) throw bad_input("PNM: a number of more than 9 digits");
    value = value * 10 + (text[digits] - '0');
  }
  if (digits == 0) throw bad_input("PNM: the header ends before width, height and largest value");
  text.remove_prefix(digits);
  return value;
}

uint8_t scaled_to_255(int value, int largest) {
  return static_cast<uint8_t>(std::min(255.0, std::nearbyint(static_cast<double>(value) / largest * 255)));
}

// Pillow's convert("RGB") clips grey of more than 8 bits.
uint8_t scaled_to_65535_and_clipped(int value, int largest) {
  return static_cast<uint8_t>(std::min(255.0, std::nearbyint(static_cast<double>(value) / largest * 65535)));
}

}  // namespace

void decode_pnm(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const bool grey = text[1] == '5';
  text.remove_prefix(2);
  const int width = take_number(text), height = take_number(text), largest = take_number(text);
  check_claimed_size(width, height, /*pixel_bytes=*/3, limits);
  if (largest < 1 || largest > 65535)
    throw bad_input("PNM: expected a largest value of 1 to 65535, found {}", largest);
  if (text.empty() || !is_space(text.front()))
    throw bad_input("PNM: expected white space after the largest value");
  text.remove_prefix(1);
  const size_t pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  const size_t bytes = (grey ? pixels : 3 * pixels) * (largest > 255 ? 2 : 1);
  if (text.size() < bytes)
    throw bad_input("PNM: {}x{} pixels need {} bytes, found {}; the file is truncated", width, height, bytes,
                    text.size());
  image.width = width;
  image.height = height;
  image.rgb.resize(3 * pixels);
  const auto byte = [&](size_t at) { return static_cast<int>(static_cast<uint8_t>(text[at])); };
  if (largest > 255) {
    for (size_t i = 0; i < 3 * pixels; ++i) {
      const size_t at = 2 * (grey ? i / 3 : i);
      const int value = byte(at) * 256 + byte(at + 1);
      image.rgb[i] = grey ? scaled_to_65535_and_clipped(value, largest) : scaled_to_255(value, largest);
    }
    return;
  }
  std::array<uint8_t, 256> table;
  for (int value = 0; value < 256; ++value) table[static_cast<size_t>(value)] = scaled_to_255(value, largest);
  for (size_t i = 0; i < 3 * pixels; ++i) image.rgb[i] = table[static_cast<size_t>(byte(grey ? i / 3 : i))];
}

}  // namespace fxe
