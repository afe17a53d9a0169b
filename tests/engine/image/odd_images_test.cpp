// SPDX-License-Identifier: Apache-2.0
// Files that are legal but rare, or not quite legal (odd_images.py), against Pillow 13's pictures.
// memcheck_test.py runs these tests to check that no byte of a picture comes from uninitialised memory.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "engine/image/decode.h"
#include "engine/input/text_file.h"
#include "tests/engine/image/checksum.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/input/expect_error.h"
#include "tests/engine/input/python_peer.h"
#include "tests/engine/input/temporary_folder.h"
#include "tests/paths.h"

namespace fxe::test {
namespace {

// As in odd_goldens.txt. Reads every pixel.
std::string outcome(std::span<const std::byte> file, Image& image) {
  const auto error = error_of([&] { decode_image(file, image); });
  if (error != "NO ERROR") return error.find("KIND") == error.npos ? "refused" : error;
  return fmt::format("{} {} {:08x}", image.width, image.height, crc32(std::as_bytes(std::span(image.rgb))));
}

TEST(OddImages, ArePillow13s) {
  const auto python = python_with("sys");
  if (python.empty()) GTEST_SKIP() << "no Python";
  const TemporaryFolder folder;
  run_peer(python, "image/odd_images.py", {folder.path().string()});
  std::map<std::string, int> counts;
  Image image;  // reused for all: nothing of the previous picture may show
  std::vector<std::byte> file;
  for (const auto& line : read_lines(FXE_SOURCE_DIR "/tests/engine/image/odd_goldens.txt")) {
    const auto name = line.substr(0, line.find(' ')), expected = line.substr(name.size() + 1);
    read_file(folder.path() / name, 1 << 20, file);
    EXPECT_EQ(outcome(file, image), expected) << name;
    ++counts[expected == "refused" ? "refused" : "read"];
  }
  std::printf("as Pillow 13 has it: %d read, %d refused\n", counts["read"], counts["refused"]);
  EXPECT_GT(counts["read"], 700);
  EXPECT_GT(counts["refused"], 200);
}

TEST(OddImages, PillowIsAskedAgain) {
  const auto python = python_with("PIL; assert PIL.__version__.startswith(\"13.\")");
  if (python.empty()) GTEST_SKIP() << "no Python with Pillow 13";
  EXPECT_EQ(run_peer(python, "image/make_odd_goldens.py", {}),
            read_lines(FXE_SOURCE_DIR "/tests/engine/image/odd_goldens.txt"));
}

// libjpeg interpolates what the missing scans would have refined.
TEST(OddImages, JpegsWithoutTheirLastScans) {
  std::vector<uint8_t> samples;
  for (int i = 0; i < 3 * 37 * 29; ++i) samples.push_back(static_cast<uint8_t>(i * 29 + i / 50));
  const auto file = encode_jpeg(samples, 37, 29, 3, {.luma_h = 2, .luma_v = 2, .progressive = true});
  constexpr std::string_view kScan = "\xff\xda", kEnd = "\xff\xd9";
  int cut = 0;
  Image image, again;
  for (auto at = file.find(kScan, file.find(kScan) + 1); at != file.npos;
       at = file.find(kScan, at + 1), ++cut) {
    const auto part = file.substr(0, at) + std::string(kEnd);
    const auto bytes = std::as_bytes(std::span(part));
    EXPECT_NE(outcome(bytes, image), "refused") << at;
    again.rgb.assign(5000, 77);
    EXPECT_EQ(outcome(bytes, again), outcome(bytes, image)) << at;
  }
  EXPECT_GE(cut, 5);
}

#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
// For memcheck_test.py, to check that it sees such a pixel. No other tool would.
TEST(OddImages, DISABLED_PixelThatNothingWrote) {
  const std::unique_ptr<std::byte[]> pixels(new std::byte[30]);
  std::printf("%08x\n", crc32({pixels.get(), 30}));
}
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

// Files that Pillow 13 refuses or misreads although their meaning is clear.
TEST(OddImages, ReadThoughPillowDoesNot) {
  const auto little = [](std::initializer_list<uint32_t> values) {
    std::string bytes;
    for (const uint32_t value : values)
      for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 255);
    return bytes;
  };
  const auto bmp = [&](uint32_t bits, uint32_t compression, uint32_t colours, const std::string& rest,
                       size_t before_pixels) {
    return "BM" +
           little({0, 0, static_cast<uint32_t>(54 + before_pixels), 40, 2, 1, 1 | bits << 16, compression, 0,
                   0, 0, colours, 0}) +
           rest;
  };
  const auto rgb = [](const std::string& file) {
    Image image;
    decode_image(std::as_bytes(std::span(file)), image);
    return image.rgb;
  };
  using Bytes = std::vector<uint8_t>;
  // Masks of red in the lowest byte, without alpha.
  EXPECT_EQ(rgb(bmp(32, 3, 0, little({0xff, 0xff00, 0xff0000, 0x99030201, 0x99060504}), 12)),
            (Bytes{1, 2, 3, 4, 5, 6}));
  // Black and white as a palette of two colours, a byte a pixel: Pillow reads bits.
  EXPECT_EQ(rgb(bmp(8, 0, 2, little({0, 0xffffff}) + std::string("\1\0\0\0", 4), 8)),
            (Bytes{255, 255, 255, 0, 0, 0}));
  // Four bits with greys equal to their indices: Pillow reads bytes.
  EXPECT_EQ(rgb(bmp(4, 0, 3, little({0, 0x010101, 0x020202}) + std::string("\x21\0\0\0", 4), 12)),
            (Bytes{2, 2, 2, 1, 1, 1}));
  // A local palette of greys, with colours in the screen's: Pillow takes the screen's.
  const std::string picture =
      std::string("\x2c\0\0\0\0\2\0\1\0\x80\0\0\0\1\1\1", 16) + "\2\2\x44\x0a" + std::string("\0;", 2);
  EXPECT_EQ(rgb(std::string("GIF89a\2\0\1\0\x80\0\0abcdef", 19) + picture), (Bytes{0, 0, 0, 1, 1, 1}));
  // A TGA packet of four pixels across two rows, and a file of colours with an unused palette.
  const std::string head("\0\0\x0a\0\0\0\0\0\0\0\0\0\2\0\2\0\x18\x20", 18);
  EXPECT_EQ(rgb(head + "\x83"
                       "bgr"),
            (Bytes{'r', 'g', 'b', 'r', 'g', 'b', 'r', 'g', 'b', 'r', 'g', 'b'}));
}

// Pillow makes missing rows black, and indices without a palette grey.
TEST(OddImages, RefusedThoughPillowReadsThem) {
  const auto file = encode_png({2, 2, std::vector<uint8_t>(12, 9)});
  const auto chunk = [](const std::string& type, const std::string& data) { return png_chunk(type, data); };
  const std::string signature = file.substr(0, 8);
  const std::string rows("\x78\x01\x01\x02\0\xfd\xff\0\1", 9);  // one row of a pixel of 8 bits, stored
  const auto png = [&](char colour) {
    return signature + chunk("IHDR", std::string("\0\0\0\1\0\0\0\2\x8", 9) + colour + std::string(3, '\0')) +
           chunk("IDAT", rows + std::string("\0\3\0\2", 4)) + chunk("IEND", "");
  };
  const auto error = [](const std::string& bytes) {
    Image out;
    return error_of([&] { decode_image(std::as_bytes(std::span(bytes)), out); });
  };
  EXPECT_EQ(error(png(0)), "PNG: the pixels end too early; the file is truncated");
  EXPECT_EQ(error(png(3)), "PNG: indices without a palette");
}

}  // namespace
}  // namespace fxe::test
