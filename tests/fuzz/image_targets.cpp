// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode.h"
#include "tests/engine/image/encode.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

namespace {

void run(Bytes input) {
  Image image;
  decode_image(input, image);
  if (image.rgb.size() != 3 * static_cast<size_t>(image.width) * static_cast<size_t>(image.height))
    throw std::logic_error("a picture of another size than it says");
  touch(std::as_bytes(std::span(image.rgb)));
}

Image picture() {
  Image image{9, 7, {}};
  for (int i = 0; i < 3 * 9 * 7; ++i) image.rgb.push_back(static_cast<uint8_t>(i * 37));
  return image;
}

std::vector<uint8_t> samples(int channels) {
  std::vector<uint8_t> values;
  for (int i = 0; i < channels * 9 * 7; ++i) values.push_back(static_cast<uint8_t>(i * 29));
  return values;
}

std::vector<std::string> jpeg_seeds() {
  return {test::encode_jpeg(samples(1), 9, 7, 1, {.quality = 60}),
          test::encode_jpeg(samples(3), 9, 7, 3, {.quality = 70, .luma_h = 2, .luma_v = 2}),
          test::encode_jpeg(samples(3), 9, 7, 3, {.quality = 50, .luma_h = 2, .progressive = true}),
          test::encode_jpeg(samples(4), 9, 7, 4, {.quality = 50})};
}

std::vector<std::string> png_seeds() {
  const auto header = [](char depth, char color, char interlace) {
    return std::string("\0\0\0\x05\0\0\0\x03", 8) + depth + color + std::string(2, '\0') + interlace;
  };
  // Deflate without compression, of rows whose filters take turns.
  const auto data = [](size_t row_bytes) {
    std::string rows;
    for (char y = 0; y < 3; ++y)
      rows += static_cast<char>(y + 2) + std::string(row_bytes, static_cast<char>('0' + y));
    const auto size = static_cast<uint16_t>(rows.size());
    return std::string("\x78\x01\x01") + static_cast<char>(size & 0xff) + static_cast<char>(size >> 8) +
           static_cast<char>(~size & 0xff) + static_cast<char>((~size >> 8) & 0xff) + rows + "abcd";
  };
  const auto file = [&](const std::string& ihdr, const std::string& extra, size_t row_bytes) {
    return "\x89PNG\r\n\x1a\n" + test::png_chunk("IHDR", ihdr) + extra +
           test::png_chunk("IDAT", data(row_bytes)) + test::png_chunk("IEND", "");
  };
  return {test::encode_png(picture()),
          file(header(1, 0, 0), "", 1),
          file(header(16, 6, 0), "", 40),
          file(header(8, 4, 0), "", 10),
          file(header(16, 2, 0), test::png_chunk("tRNS", "012345"), 30),
          file(header(4, 3, 0), test::png_chunk("PLTE", "rgbrgbrgb") + test::png_chunk("tRNS", "ab"), 3),
          file(header(8, 0, 1), "", 30)};
}

std::vector<std::string> other_seeds() {
  const std::string tga(
      "\0\1\x9\0\0\2\0\x18\0\0\0\0\4\0\2\0\x08\0"
      "rgbRGB"
      "\x83\0\x03\0\1\0\1",
      31);
  const std::string bmp8 =
      std::string("BM\0\0\0\0\0\0\0\0\x3e\0\0\0\x28\0\0\0\2\0\0\0\2\0\0\0\1\0\x08\0", 30) +
      std::string(16, '\0') + std::string("\2\0\0\0\0\0\0\0", 8) + "bgr0BGR0" +
      std::string("\0\1\0\0\1\0\0\0", 8);
  return {test::encode_ppm(picture()),
          "P5 # grey\n3 2\n# more\n31\nabcdef",
          test::encode_bmp(picture()),
          test::encode_tga(picture()),
          test::encode_gif(picture()),
          tga,
          bmp8};
}

}  // namespace

Target jpeg() { return {"jpeg", 4096, run, jpeg_seeds}; }
Target png() { return {"png", 2048, run, png_seeds}; }
Target other_images() { return {"other_images", 2048, run, other_seeds}; }

}  // namespace fxe::fuzz
