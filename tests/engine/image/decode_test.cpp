// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/engine/image/encode.h"
#include "tests/engine/input/expect_error.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

Image decode(const std::string& file) {
  Image image;
  decode_image(std::as_bytes(std::span(file)), image);
  return image;
}
std::string decode_error(const std::string& file) {
  return error_of([&] { decode(file); });
}

Image random_picture(int width, int height, uint64_t seed) {
  Random random(seed);
  Image image{width, height, std::vector<uint8_t>(static_cast<size_t>(3 * width * height))};
  for (auto& value : image.rgb) value = static_cast<uint8_t>(random.integer(0, 255));
  return image;
}

void expect_same(const Image& image, const Image& expected, const char* what) {
  EXPECT_EQ(image.width, expected.width) << what;
  EXPECT_EQ(image.height, expected.height) << what;
  EXPECT_TRUE(image.rgb == expected.rgb) << what << " " << image.width << "x" << image.height;
}

TEST(Decode, LosslessFormatsAndAnImageThatIsReused) {
  Image reused;
  uint64_t seed = 0;
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {9, 1}, {13, 7}, {64, 30}, {2, 3}}) {
    const Image image = random_picture(width, height, ++seed);
    Image halved = image;
    for (size_t i = 0; i < halved.rgb.size(); ++i) halved.rgb[i] = image.rgb[i / 3 * 3] & 0xfe;
    expect_same(decode(encode_ppm(image)), image, "PPM");
    expect_same(decode(encode_bmp(image)), image, "BMP");
    expect_same(decode(encode_tga(image)), image, "TGA");
    expect_same(decode(encode_png(image)), image, "PNG");
    expect_same(decode(encode_gif(image)), halved, "GIF");
    const auto file = encode_png(image);
    decode_image(std::as_bytes(std::span(file)), reused);
    expect_same(reused, image, "reused");
  }
}

// Gentle slopes: a block transform keeps them within its rounding, and so does chroma of half the size.
std::vector<uint8_t> slopes(int width, int height, int components) {
  std::vector<uint8_t> samples;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < components; ++c)
        samples.push_back(static_cast<uint8_t>(c == 0 ? 60 + x : c == 1 ? 200 - y : 100 + (x + y) / 2));
  return samples;
}

int largest_difference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  int largest = a.size() == b.size() ? 0 : 999;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

// Quality 100 quantises by 1: each of 64 coefficients is off by at most 1/2, so a sample is off by 1 or so;
// the colour transform, with factors up to 1.772, doubles that.
TEST(Decode, Jpegs) {
  constexpr int kWidth = 61, kHeight = 45;
  const auto rgb = slopes(kWidth, kHeight, 3), grey = slopes(kWidth, kHeight, 1);
  std::vector<uint8_t> grey_rgb;
  for (const auto value : grey) grey_rgb.insert(grey_rgb.end(), 3, value);
  for (const bool progressive : {false, true}) {
    const auto file = encode_jpeg(grey, kWidth, kHeight, 1, {.progressive = progressive});
    EXPECT_LE(largest_difference(decode(file).rgb, grey_rgb), 2) << progressive;
    for (const auto& [h, v] : {std::pair{1, 1}, {2, 1}, {2, 2}}) {
      const auto colour =
          encode_jpeg(rgb, kWidth, kHeight, 3, {.luma_h = h, .luma_v = v, .progressive = progressive});
      const Image image = decode(colour);
      EXPECT_EQ(image.width, kWidth);
      EXPECT_EQ(image.height, kHeight);
      EXPECT_LE(largest_difference(image.rgb, rgb), 4)
          << h << "x" << v << (progressive ? " progressive" : "");
    }
  }
}

// Stored values are light, not ink: r = c k / 255, with or without Adobe's marker.
TEST(Decode, CmykIsInvertedAndMultipliedOut) {
  constexpr int kWidth = 40, kHeight = 24;
  const auto cmyk = slopes(kWidth, kHeight, 4);
  std::vector<uint8_t> rgb;
  for (size_t i = 0; i < cmyk.size(); i += 4)
    for (size_t c = 0; c < 3; ++c)
      rgb.push_back(static_cast<uint8_t>(std::lround(cmyk[i + c] * cmyk[i + 3] / 255.0)));
  for (const bool marker : {true, false})
    EXPECT_LE(
        largest_difference(decode(encode_jpeg(cmyk, kWidth, kHeight, 4, {.adobe_marker = marker})).rgb, rgb),
        3)
        << marker;
}

TEST(Decode, PnmHeadersAndScaling) {
  const Image image = decode(std::string("P5\n# a comment\r\n3 #another\n1\t3\n\0\1\3", 35));
  EXPECT_EQ(image.width, 3);
  EXPECT_EQ(image.rgb, (std::vector<uint8_t>{0, 0, 0, 85, 85, 85, 255, 255, 255}));
  EXPECT_EQ(decode("P6 1 1 100 \x01\x32\x7f").rgb,
            (std::vector<uint8_t>{3, 128, 255}));  // 2.55, 127.5, above
  EXPECT_EQ(decode_error("P5"), "PNM: the header ends before width, height and largest value");
  EXPECT_EQ(decode_error("P6 2 #"), "PNM: the header ends before width, height and largest value");
  EXPECT_EQ(decode_error("P5 1 1 x"), "PNM: the header ends before width, height and largest value");
  EXPECT_EQ(decode_error("P5 1111111111 1 255 "), "PNM: a number of more than 9 digits");
  EXPECT_EQ(decode(std::string("P6 1 1 1000 \x03\xe8\x01\xf4\0\2", 18)).rgb,
            (std::vector<uint8_t>{255, 128, 1}));
  EXPECT_EQ(decode_error("P6 1 1 256 abcde"), "PNM: 1x1 pixels need 6 bytes, found 5; the file is truncated");
  // Grey of two bytes is clipped.
  EXPECT_EQ(decode(std::string("P5 2 1 65535 \0\x7f\1\0", 17)).rgb,
            (std::vector<uint8_t>{127, 127, 127, 255, 255, 255}));
  EXPECT_EQ(decode_error("P6 1 1 65536 abc"), "PNM: expected a largest value of 1 to 65535, found 65536");
  EXPECT_EQ(decode_error("P5 1 1 0 abc"), "PNM: expected a largest value of 1 to 65535, found 0");
  EXPECT_EQ(decode_error("P5 1 1 255"), "PNM: expected white space after the largest value");
  EXPECT_EQ(decode_error("P6 2 1 255 abcde"), "PNM: 2x1 pixels need 6 bytes, found 5; the file is truncated");
  EXPECT_EQ(decode_error("P5 0 1 255 a"), "0x1 pixels: expected 1 to 178956970");
}

TEST(Decode, NotImages) {
  EXPECT_EQ(decode_error(""), "the file is empty");
  for (const std::string text : {"x", "hello, world", "{\"schema\": 1}"})
    EXPECT_TRUE(decode_error(text).starts_with("not an image that fxe reads; expected "))
        << decode_error(text);
  EXPECT_TRUE(decode_error(std::string(10'000, '\0')).starts_with("not an image that fxe reads; expected "));
}

TEST(Decode, FormatsThatAreNotReadAreNamed) {
  const std::map<std::string, std::string> starts = {
      {"RIFF" + std::string(4, '\1') + "WEBPVP8 ", "WebP"},
      {std::string("II*\0", 4), "TIFF"},
      {std::string("MM\0*", 4), "TIFF"},
      {std::string(3, '\0') + " ftypavif", "HEIC or AVIF"},
      {std::string("\0\0\0\x0cjP  \r\n\x87\n", 12), "JPEG 2000"},
      {"\xff\x0a", "JPEG XL"},
      {"8BPS", "Photoshop"},
      {"P3 1 1 255 1 2 3", "plain PPM"},
      {"P4 8 1 x", "PBM"},
      {"<svg></svg>", "SVG"},
      {"<!DOCTYPE html>", "HTML"}};
  for (const auto& [start, format] : starts)
    EXPECT_EQ(decode_error(start + std::string(100, '\1')),
              format + ": not among the formats that fxe reads; convert it to JPEG or PNG");
}

}  // namespace
}  // namespace fxe::test
