// SPDX-License-Identifier: Apache-2.0
// Truncated, damaged and lying image files: an error of one line, or a picture of the size the header says;
// never a crash (run it under sanitizers), never much memory, never a long wait.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <ctime>
#include <map>

#include "engine/image/decode.h"
#include "tests/engine/image/encode.h"
#include "tests/engine/input/expect_error.h"
#include "tests/support/allocations.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

Image picture() {
  Random random(7);
  Image image{17, 11, {}};
  for (int i = 0; i < 17 * 11; ++i)
    for (int c = 0; c < 3; ++c) image.rgb.push_back(static_cast<uint8_t>(random.integer(0, 255)));
  return image;
}

std::map<std::string, std::string> small_files() {
  const Image image = picture();
  return {{"PPM", encode_ppm(image)},
          {"BMP", encode_bmp(image)},
          {"TGA", encode_tga(image)},
          {"PNG", encode_png(image)},
          {"GIF", encode_gif(image)},
          {"JPEG", encode_jpeg(image.rgb, 17, 11, 3, {.quality = 80, .luma_h = 2, .luma_v = 2})},
          {"progressive", encode_jpeg(image.rgb, 17, 11, 3, {.quality = 80, .progressive = true})}};
}

std::string hostile_error(const std::string& file) {
  Image image;
  return error_of([&] { decode_image(std::as_bytes(std::span(file)), image); });
}

// Expects either an error or a valid picture.
void expect_handled(const std::string& file, const std::string& what) {
  // In memory of exactly its size, so that a sanitizer sees the first byte past the end.
  const std::vector<char> exact(file.begin(), file.end());
  Image image;
  const auto text = error_of([&] { decode_image(std::as_bytes(std::span(exact)), image); });
  if (text == "NO ERROR")
    EXPECT_EQ(image.rgb.size(), static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3)
        << what;
  else
    EXPECT_EQ(text.find("KIND"), text.npos) << what << ": " << text;
  EXPECT_FALSE(text.starts_with("NOT ONE LINE")) << what << ": " << text;
}

TEST(HostileImages, EveryTruncationIsRefused) {
  for (const auto& [name, file] : small_files()) {
    ASSERT_EQ(hostile_error(file), "NO ERROR") << name;
    // As in Pillow, a GIF's picture is complete before its last two bytes, a BMP's before the padding of its
    // last row.
    const size_t whole = file.size() - (name == "GIF" ? 2 : name == "BMP" ? 1 : 0);
    for (size_t length = 0; length < whole; ++length) {
      const std::string part = file.substr(0, length);
      EXPECT_NE(hostile_error(part), "NO ERROR") << name << " cut to " << length << " of " << file.size();
      expect_handled(part, name + " cut to " + std::to_string(length));
    }
  }
}

TEST(HostileImages, SingleByteFlips) {
  for (const auto& [name, file] : small_files())
    for (size_t at = 0; at < file.size(); ++at)
      for (const int change : {0x01, 0x80, 0xff}) {
        std::string damaged = file;
        damaged[at] = static_cast<char>(damaged[at] ^ change);
        expect_handled(damaged,
                       name + " with byte " + std::to_string(at) + " changed by " + std::to_string(change));
        if (name == "PNG" && at >= 8) {
          EXPECT_NE(hostile_error(damaged), "NO ERROR") << "PNG, byte " << at;
        }
      }
}

TEST(HostileImages, RandomDamage) {
  const auto files = small_files();
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    Random random(seed);
    auto file = std::next(files.begin(), random.integer(0, static_cast<int64_t>(files.size()) - 1))->second;
    for (int64_t i = random.integer(1, 12); i > 0; --i) {
      const auto at = static_cast<size_t>(random.integer(0, static_cast<int64_t>(file.size()) - 1));
      if (random.uniform() < 0.1)
        file.erase(at, 1 + static_cast<size_t>(random.integer(0, 20)));
      else
        file[at] = static_cast<char>(random.integer(0, 255));
      if (file.empty()) break;
    }
    expect_handled(file, "seed " + std::to_string(seed));
  }
}

// The most bytes that one decode requests at once, and its error.
std::pair<size_t, std::string> memory_and_error(const std::string& file) {
  std::string text;
  size_t most = 0;
  for (const auto& allocation : allocations_during([&] { text = hostile_error(file); }))
    most = std::max(most, allocation.bytes);
  return {most, text};
}

std::string u16(int value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }

TEST(HostileImages, HugeClaimsInSmallFilesCostNothing) {
  auto jpeg = encode_jpeg(picture().rgb, 17, 11, 3);
  const auto frame = jpeg.find("\xff\xc0");
  jpeg.replace(frame + 5, 4, u16(13'000) + u16(13'000));
  auto progressive = encode_jpeg(picture().rgb, 17, 11, 3, {.progressive = true});
  progressive.replace(progressive.find("\xff\xc2") + 5, 4, u16(13'000) + u16(13'000));
  auto largest = jpeg;
  largest.replace(frame + 5, 4, u16(65'500) + u16(65'500));
  auto bmp = encode_bmp(picture());
  bmp.replace(18, 8, std::string("\0\0\1\0\0\0\1\0", 8));
  auto tga = encode_tga(picture());
  tga.replace(12, 4, "\x80\x30\x80\x30");
  auto gif = encode_gif(picture());
  gif.replace(6, 4, "\xff\xff\xff\xff");
  const auto header = std::string("\0\0\x2e\xe0\0\0\x2e\xe0\x08\x02\0\0\0", 13);
  const auto png =
      "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + png_chunk("IDAT", "x") + png_chunk("IEND", "");
  for (const auto& [name, file] : std::map<std::string, std::string>{{"JPEG", jpeg},
                                                                     {"progressive", progressive},
                                                                     {"largest JPEG", largest},
                                                                     {"BMP", bmp},
                                                                     {"TGA", tga},
                                                                     {"GIF", gif},
                                                                     {"PNG", png},
                                                                     {"PPM", "P6 12000 12000 255 abc"}}) {
    const auto [bytes, text] = memory_and_error(file);
    EXPECT_TRUE(text.find("cannot hold") != text.npos || text.find("expected 1 to") != text.npos ||
                text.starts_with("not an image"))
        << name << ": " << text;
    if (can_count_allocations()) {
      EXPECT_LT(bytes, size_t{2} << 20) << name;
    }
  }
}

// A PNG of 8 x 8 pixels whose data goes on for 64 MB after they are complete: 64 KB of distance-1 matches.
TEST(HostileImages, InflateBomb) {
  // Fixed Huffman codes, most significant bit first: literal 0 is 00110000, length 258 is 11000101, distance
  // 1 is 00000; so 13 bits stand for 258 bytes.
  std::string bits = "110";  // last block, fixed codes: bits in the order of the stream
  bits += "00110000";
  for (int i = 0; i < 260'000; ++i) bits += "1100010100000";
  bits += "0000000";
  std::string data = "\x78\x01";
  for (size_t at = 0; at < bits.size(); at += 8) {
    int byte = 0;
    for (size_t bit = 0; bit < 8 && at + bit < bits.size(); ++bit) byte |= (bits[at + bit] - '0') << bit;
    data += static_cast<char>(byte);
  }
  const auto header = std::string("\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0", 13);
  const auto file = "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + png_chunk("IDAT", data + "abcd") +
                    png_chunk("IEND", "");
  const auto [bytes, text] = memory_and_error(file);
  EXPECT_EQ(text, "PNG: damaged: outofmem");
  if (can_count_allocations()) {
    EXPECT_LT(bytes, size_t{4} << 20);
  }
}

// The least that 13000 x 13000 pixels of one bit can be deflated to.
TEST(HostileImages, PngThatDeflateCannotHold) {
  const std::string header("\0\0\x32\xc8\0\0\x32\xc8\1\0\0\0\0", 13);  // 1 bit, grey
  const auto png = [&](size_t bytes) {
    return hostile_error("\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) +
                         png_chunk("IDAT", std::string(bytes, '\0')) + png_chunk("IEND", ""));
  };
  EXPECT_NE(png(25'000).find("PNG: damaged"), std::string::npos) << "of a size that is let pass";
  EXPECT_NE(png(15'000).find("bytes cannot hold 13000x13000 pixels"), std::string::npos);
}

TEST(HostileImages, ScanBomb) {
  EXPECT_EQ(hostile_error(encode_scan_bomb(64, 64, 100)), "NO ERROR");
  const auto start = std::clock();
  EXPECT_EQ(hostile_error(encode_scan_bomb(2000, 2000, 5000)),
            "JPEG: more than 200 scans of 2000x2000 pixels");
  // Fewer for large pictures.
  auto large = encode_scan_bomb(64, 64, 200);
  large.replace(large.find("\xff\xc2") + 5, 4, u16(4400) + u16(4400));
  EXPECT_EQ(hostile_error(large), "JPEG: more than 51 scans of 4400x4400 pixels");
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 20) << "seconds of the processor";
}

}  // namespace
}  // namespace fxe::test
