// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/image/encode.h"

#include <zlib.h>

#include <stdexcept>

#include <span>

#include "tests/engine/image/checksum.h"

namespace fxe::test {

namespace {

std::string little(uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) text += static_cast<char>(value);
  return text;
}

std::string big(uint32_t value) {
  std::string text;
  for (int i = 3; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

uint32_t as_u32(int value) { return static_cast<uint32_t>(value); }

std::string row(const Image& image, int y, bool bgr) {
  std::string text;
  for (int x = 0; x < image.width; ++x)
    for (int c = 0; c < 3; ++c)
      text +=
          static_cast<char>(image.rgb[static_cast<size_t>(3 * (y * image.width + x) + (bgr ? 2 - c : c))]);
  return text;
}

// zlib's stream in stored blocks.
std::string stored(const std::string& data) {
  std::string text = "\x78\x01";
  for (size_t at = 0; at < data.size(); at += 65535) {
    const auto part = data.substr(at, 65535);
    const auto length = static_cast<uint32_t>(part.size());
    text += static_cast<char>(at + 65535 >= data.size());
    text += little(length, 2) + little(~length & 0xffff, 2) + part;
  }
  uint32_t a = 1, b = 0;
  for (const char c : data) {
    a = (a + static_cast<uint8_t>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return text + big(b << 16 | a);
}

}  // namespace

std::string encode_ppm(const Image& image) {
  std::string text = "P6\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
  return text.append(image.rgb.begin(), image.rgb.end());
}

std::string encode_bmp(const Image& image) {
  const std::string padding(static_cast<size_t>(image.width) % 4, '\0');
  std::string pixels;
  for (int y = image.height; y-- > 0;) pixels += row(image, y, true) + padding;
  const auto bytes = static_cast<uint32_t>(pixels.size());
  return "BM" + little(54 + bytes, 4) + little(0, 4) + little(54, 4) + little(40, 4) +
         little(as_u32(image.width), 4) + little(as_u32(image.height), 4) + little(1, 2) + little(24, 2) +
         little(0, 4) + little(bytes, 4) + little(2835, 4) + little(2835, 4) + little(0, 8) + pixels;
}

std::string encode_tga(const Image& image) {
  std::string text = little(0, 2) + little(2, 1) + little(0, 9) + little(as_u32(image.width), 2) +
                     little(as_u32(image.height), 2) + little(24, 1) + little(0x20, 1);
  for (int y = 0; y < image.height; ++y) text += row(image, y, true);
  return text;
}

std::string png_chunk(const std::string& type, const std::string& data) {
  const auto checked = type + data;
  return big(static_cast<uint32_t>(data.size())) + checked + big(crc32(std::as_bytes(std::span(checked))));
}

std::string encode_png(const Image& image) {
  std::string rows;
  for (int y = 0; y < image.height; ++y) rows += '\0' + row(image, y, false);
  const auto header = big(as_u32(image.width)) + big(as_u32(image.height)) + std::string("\x08\x02\0\0\0", 5);
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + png_chunk("IDAT", stored(rows)) +
         png_chunk("IEND", "");
}

std::string encode_gif(const Image& image) {
  const auto size = little(as_u32(image.width), 2) + little(as_u32(image.height), 2);
  std::string text = "GIF89a" + size + little(0xf6, 1) + little(0, 2);
  for (int i = 0; i < 128; ++i) text += std::string(3, static_cast<char>(2 * i));
  text += "," + little(0, 4) + size + little(0, 1) + little(7, 1);
  // Eight-bit codes throughout: the table is cleared (128) before it would need nine bits; 129 ends.
  std::string codes;
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    if (i / 3 % 100 == 0) codes += '\x80';
    codes += static_cast<char>(image.rgb[i] / 2);
  }
  codes += '\x81';
  for (size_t at = 0; at < codes.size(); at += 255) {
    const auto block = codes.substr(at, 255);
    text += static_cast<char>(block.size()) + block;
  }
  return text + '\0' + ";";
}

}  // namespace fxe::test
