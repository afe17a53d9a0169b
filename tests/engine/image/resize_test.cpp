// SPDX-License-Identifier: Apache-2.0
#include "engine/image/resize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/engine/image/checksum.h"
#include "tests/engine/image/picture.h"

namespace fxe::test {
namespace {

struct Golden {
  int width, height, to_width, to_height;
  Filter filter;
  Pillow pillow;
  uint32_t crc;
};

constexpr Golden kGoldens[] = {
#include "tests/engine/image/resize_goldens.inc"
};

// One Resizer for all sizes, forwards and backwards: cached coefficients and scratch of other sizes do
// no harm.
TEST(Resize, EqualsPillowsGoldens) {
  Resizer resizer;
  Image out;
  const auto check = [&](const Golden& g) {
    resizer.resize(golden_picture(g.width, g.height), g.to_width, g.to_height, g.filter, g.pillow, out);
    ASSERT_EQ(out.rgb.size(), static_cast<size_t>(3 * g.to_width * g.to_height));
    EXPECT_EQ(crc32(std::as_bytes(std::span(out.rgb))), g.crc)
        << g.width << "x" << g.height << " to " << g.to_width << "x" << g.to_height
        << (g.filter == Filter::bicubic ? " bicubic" : " bilinear")
        << (g.pillow == Pillow::from_13 ? " of Pillow 13" : " of Pillow up to 12");
  };
  for (const auto& g : kGoldens) check(g);
  for (size_t i = std::size(kGoldens); i-- > 0;) check(kGoldens[i]);
}

TEST(Resize, KeepsAFlatPictureFlat) {
  Resizer resizer;
  Image out;
  for (const int value : {0, 1, 127, 254, 255})
    for (const auto pillow : {Pillow::up_to_12, Pillow::from_13})
      for (const auto filter : {Filter::bilinear, Filter::bicubic})
        for (const auto& [width, height] : {std::pair{33, 90}, {200, 200}, {7, 5}}) {
          const Image flat{61, 47, std::vector<uint8_t>(61 * 47 * 3, static_cast<uint8_t>(value))};
          resizer.resize(flat, width, height, filter, pillow, out);
          for (const auto pixel : out.rgb) ASSERT_EQ(pixel, value) << width << "x" << height;
        }
}

// Small pictures, where groups of rows end at every position; each pass alone, both and neither.
TEST(Resize, APartIsCutFromTheWhole) {
  Resizer resizer;
  Image whole, part;
  std::mt19937 random(7);
  const auto below = [&](int end) { return static_cast<int>(random() % static_cast<uint32_t>(end)); };
  for (int i = 0; i < 400; ++i) {
    const Image image = random_picture(1 + below(40), 1 + below(40), static_cast<uint32_t>(i));
    const int width = i % 4 / 2 ? image.width : 1 + below(40), height = i % 2 ? image.height : 1 + below(40);
    const auto filter = i % 3 ? Filter::bilinear : Filter::bicubic;
    const auto pillow = i % 5 % 2 ? Pillow::up_to_12 : Pillow::from_13;
    Region crop{below(width), below(height), 0, 0};
    crop.width = 1 + below(width - crop.left);
    crop.height = 1 + below(height - crop.top);
    resizer.resize(image, width, height, filter, pillow, whole);
    resizer.resize(image, width, height, filter, pillow, crop, part);
    ASSERT_EQ(part.width, crop.width);
    ASSERT_EQ(part.height, crop.height);
    ASSERT_EQ(part.rgb.size(), static_cast<size_t>(3 * crop.width * crop.height));
    for (int y = 0; y < crop.height; ++y) {
      const auto from = whole.rgb.begin() + 3 * ((crop.top + y) * width + crop.left);
      ASSERT_TRUE(std::equal(from, from + 3 * crop.width, part.rgb.begin() + 3 * y * crop.width))
          << "picture " << i << ": " << image.width << "x" << image.height << " to " << width << "x" << height
          << ", row " << y << " of " << crop.left << "," << crop.top << " " << crop.width << "x"
          << crop.height;
    }
  }
}

// More sizes than are cached, then the first again.
TEST(Resize, ForgetsOldSizesAndMakesThemAgain) {
  const Image image = random_picture(40, 30, 5);
  Resizer resizer;
  Image first, again, out;
  resizer.resize(image, 17, 19, Filter::bicubic, Pillow::up_to_12, first);
  for (int size = 1; size <= 100; ++size)
    resizer.resize(image, size, size + 1, Filter::bilinear, Pillow::up_to_12, out);
  resizer.resize(image, 17, 19, Filter::bicubic, Pillow::up_to_12, again);
  EXPECT_EQ(first.rgb, again.rgb);
}

// Coefficients grow with the longer side: a line of two million pixels has eight million of them, which must
// not evict the table in use.
TEST(Resize, LinesOfMillionsOfPixels) {
  Resizer resizer;
  Image out;
  for (int width = 2'000'000; width < 2'000'003; ++width) {
    const Image line{width, 2, std::vector<uint8_t>(static_cast<size_t>(width) * 6, 200)};
    resizer.resize(line, 50, 3, Filter::bicubic, Pillow::up_to_12, out);
    ASSERT_EQ(out.rgb, std::vector<uint8_t>(50 * 3 * 3, 200));
  }
}

}  // namespace
}  // namespace fxe::test
