// SPDX-License-Identifier: Apache-2.0
#include "engine/input/resize.h"

#include <gtest/gtest.h>

#include "tests/engine/input/checksum.h"
#include "tests/engine/input/picture.h"

namespace fxe::test {
namespace {

struct Golden {
  int width, height, to_width, to_height;
  Filter filter;
  uint32_t crc;
};

constexpr Golden kGoldens[] = {
#include "tests/engine/input/resize_goldens.inc"
};

// One Resizer for all, backwards and forwards: kept coefficients and scratch of other sizes do no harm.
TEST(Resize, EqualsPillowsGoldens) {
  Resizer resizer;
  Image out;
  const auto check = [&](const Golden& g) {
    resizer.resize(golden_picture(g.width, g.height), g.to_width, g.to_height, g.filter, out);
    ASSERT_EQ(out.rgb.size(), static_cast<size_t>(3 * g.to_width * g.to_height));
    EXPECT_EQ(crc32(std::as_bytes(std::span(out.rgb))), g.crc)
        << g.width << "x" << g.height << " to " << g.to_width << "x" << g.to_height
        << (g.filter == Filter::bicubic ? " bicubic" : " bilinear");
  };
  for (const auto& g : kGoldens) check(g);
  for (size_t i = std::size(kGoldens); i-- > 0;) check(kGoldens[i]);
}

TEST(Resize, KeepsAFlatPictureFlat) {
  Resizer resizer;
  Image out;
  for (const int value : {0, 1, 127, 254, 255})
    for (const auto filter : {Filter::bilinear, Filter::bicubic})
      for (const auto& [width, height] : {std::pair{33, 90}, {200, 200}, {7, 5}}) {
        const Image flat{61, 47, std::vector<uint8_t>(61 * 47 * 3, static_cast<uint8_t>(value))};
        resizer.resize(flat, width, height, filter, out);
        for (const auto pixel : out.rgb) ASSERT_EQ(pixel, value) << width << "x" << height;
      }
}

// More sizes than are kept, then the first again.
TEST(Resize, ForgetsOldSizesAndMakesThemAgain) {
  const Image image = random_picture(40, 30, 5);
  Resizer resizer;
  Image first, again, out;
  resizer.resize(image, 17, 19, Filter::bicubic, first);
  for (int size = 1; size <= 100; ++size) resizer.resize(image, size, size + 1, Filter::bilinear, out);
  resizer.resize(image, 17, 19, Filter::bicubic, again);
  EXPECT_EQ(first.rgb, again.rgb);
}

// Coefficients grow with the longer side: a table for a line of two million pixels has eight million of them,
// and must not push out the one that is in use.
TEST(Resize, LinesOfMillionsOfPixels) {
  Resizer resizer;
  Image out;
  for (int width = 2'000'000; width < 2'000'003; ++width) {
    const Image line{width, 2, std::vector<uint8_t>(static_cast<size_t>(width) * 6, 200)};
    resizer.resize(line, 50, 3, Filter::bicubic, out);
    ASSERT_EQ(out.rgb, std::vector<uint8_t>(50 * 3 * 3, 200));
  }
}

}  // namespace
}  // namespace fxe::test
