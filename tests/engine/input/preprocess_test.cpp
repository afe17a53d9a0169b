// SPDX-License-Identifier: Apache-2.0
#include "engine/input/preprocess.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/input/preprocess_presets.h"
#include "tests/engine/image/picture.h"
#include "tests/engine/input/expect_error.h"

namespace fxe::test {
namespace {

// Python's round(): half to even. In integers, independent of the code under test.
int half_to_even(int twice) {
  const int down = twice / 2;
  return twice % 2 == 0 ? down : down + down % 2;
}

// torchvision's center_crop in its own two steps: pad symmetrically, the odd pixel on the right and below,
// then cut.
int source_coordinate(int out, int size, int crop) {
  const int before = crop > size ? (crop - size) / 2 : 0;
  const int padded = std::max(size, crop);
  return out + half_to_even(padded - crop) - before;
}

TEST(Preprocess, CropsAndNormalisesEveryParity) {
  Preprocessor preprocessor;
  uint64_t seed = 1;
  for (int width : {1, 2, 5, 8, 9, 10, 11, 12})
    for (int height : {1, 4, 7, 10, 13})
      for (const auto channels : {Preprocess::Channels::rgb, Preprocess::Channels::bgr}) {
        const Preprocess p{.crop_h = 7,
                           .crop_w = 8,
                           .channels = channels,
                           .scale = 1 / 127.5,
                           .mean = {1, 0.5, 0.25},
                           .std = {0.3, 2, 1}};
        const Image image = random_picture(width, height, ++seed);
        std::vector<float> out(p.elements(), NAN);
        preprocessor.run(p, image, out);
        size_t at = 0;
        for (size_t c = 0; c < 3; ++c)
          for (int y = 0; y < p.crop_h; ++y)
            for (int x = 0; x < p.crop_w; ++x, ++at) {
              const int from_x = source_coordinate(x, width, 8), from_y = source_coordinate(y, height, 7);
              const bool inside = from_x >= 0 && from_x < width && from_y >= 0 && from_y < height;
              const size_t channel = channels == Preprocess::Channels::rgb ? c : 2 - c;
              const int pixel =
                  inside ? image.rgb[static_cast<size_t>(3 * (from_y * width + from_x)) + channel] : 0;
              ASSERT_EQ(out[at], static_cast<float>((pixel * p.scale - p.mean[c]) / p.std[c]))
                  << "image " << width << "x" << height << ", channel " << c << ", (" << x << ", " << y
                  << "), seed " << seed;
            }
      }
}

// Looked up in pixel_values(), they equal run()'s values to the bit.
TEST(Preprocess, PixelsAreTheSameBeforeNormalisation) {
  using Side = Preprocess::Side;
  Preprocessor preprocessor;
  for (const auto channels : {Preprocess::Channels::rgb, Preprocess::Channels::bgr})
    for (const auto filter : {Filter::bilinear, Filter::bicubic, Filter::area})
      for (const auto side : {Side::none, Side::shorter, Side::longer, Side::both})
        for (const int width : {5, 23, 60}) {
          const Preprocess p{.side = side,
                             .resize_h = 16,
                             .resize_w = 16,
                             .filter = filter,
                             .antialias = width != 60,
                             .crop_h = 14,
                             .crop_w = 13,
                             .fill = {1, 2, 3},
                             .channels = channels,
                             .mean = {0.485, 0.456, 0.406},
                             .std = {0.229, 0.224, 0.225}};
          if (!p.antialias && filter == Filter::bicubic) continue;
          const Image image = random_picture(width, 19, static_cast<uint64_t>(width));
          std::vector<float> out(p.elements());
          std::vector<uint8_t> pixels(p.elements());
          preprocessor.run(p, image, out);
          preprocessor.pixels(p, image, pixels);
          const PixelValues values = pixel_values(p);
          for (size_t c = 0; c < 3; ++c)
            for (size_t i = 0; i < p.elements() / 3; ++i)
              ASSERT_EQ(values[256 * c + pixels[3 * i + c]], out[c * p.elements() / 3 + i])
                  << "image " << width << "x19, side " << static_cast<int>(side) << ", filter "
                  << static_cast<int>(filter) << ", channel " << c << ", pixel " << i;
        }
}

// Half a pixel further left than half_even if that rounds up; borders of a colour.
TEST(Preprocess, RoundsTheCropDownAndFills) {
  const Image image = random_picture(11, 3, 99);
  Preprocess p{.crop_h = 5, .crop_w = 8, .crop_rounding = Preprocess::Rounding::down, .fill = {10, 20, 30}};
  p.scale = 1;
  std::vector<float> out(p.elements());
  Preprocessor preprocessor;
  preprocessor.run(p, image, out);
  for (size_t c = 0; c < 3; ++c)
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 8; ++x) {
        const int pixel =
            y < 1 || y >= 4 ? p.fill[c] : image.rgb[static_cast<size_t>(3 * ((y - 1) * 11 + x + 1)) + c];
        ASSERT_EQ(out[c * 40 + static_cast<size_t>(y * 8 + x)], static_cast<float>(pixel));
      }
}

TEST(Preprocess, SizesAfterResizing) {
  const auto size = [](Preprocess::Side side, int w, int h, int to_w, int to_h) {
    const Size s = resized_size({.side = side, .resize_h = to_h, .resize_w = to_w}, w, h);
    return std::pair{s.width, s.height};
  };
  using Side = Preprocess::Side;
  EXPECT_EQ(size(Side::none, 31, 77, 0, 0), std::pair(31, 77));
  EXPECT_EQ(size(Side::both, 31, 77, 20, 10), std::pair(20, 10));
  EXPECT_EQ(size(Side::shorter, 500, 375, 256, 256), std::pair(341, 256));  // 341.33
  EXPECT_EQ(size(Side::shorter, 375, 500, 256, 256), std::pair(256, 341));
  EXPECT_EQ(size(Side::shorter, 400, 400, 256, 256), std::pair(256, 256));
  EXPECT_EQ(size(Side::shorter, 256, 257, 256, 256), std::pair(256, 257));
  EXPECT_EQ(size(Side::shorter, 3, 2, 235, 235), std::pair(352, 235));  // 352.5
  EXPECT_EQ(size(Side::longer, 500, 375, 248, 248), std::pair(248, 186));
  EXPECT_EQ(size(Side::longer, 375, 500, 224, 224), std::pair(168, 224));
  EXPECT_EQ(size(Side::longer, 4, 1, 6, 6), std::pair(6, 2));     // 1.5, to the even side
  EXPECT_EQ(size(Side::longer, 8, 1, 20, 20), std::pair(20, 2));  // 2.5, to the even side
}

std::shared_ptr<const MeanImage> random_mean(int width, int height, uint64_t seed) {
  Random random(seed);
  MeanImage mean{width, height, std::vector<float>(static_cast<size_t>(3 * width * height))};
  for (float& v : mean.planes) v = static_cast<float>(255 * random.uniform());
  return std::make_shared<const MeanImage>(std::move(mean));
}

// Caffe's DataTransformer starts a crop at half the spare pixels, rounded down.
TEST(Preprocess, CaffesCropsOfEveryParity) {
  Image image{256, 256, {}};
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 256; ++x)
      image.rgb.insert(image.rgb.end(), {0, static_cast<uint8_t>(y), static_cast<uint8_t>(x)});
  for (int crop = 222; crop <= 229; ++crop) {
    const auto p = preprocess_preset(fmt::format("caffe-{}", crop), "here");
    std::vector<float> planes(p.elements());
    Preprocessor().run(p, image, planes);
    const auto start = static_cast<float>((256 - crop) / 2);
    EXPECT_EQ(planes[0], start - 104) << crop;  // x, in the plane of blue
    EXPECT_EQ(planes[p.elements() / 3], start - 117) << crop;
  }
}

// As in Caffe's DataTransformer: the mean's planes are in the network's channel order, and are cropped like
// the image.
TEST(Preprocess, MeanImageIsSubtractedAtTheCropsOffset) {
  Preprocess p{.side = Preprocess::Side::both,
               .resize_h = 16,
               .resize_w = 19,
               .antialias = false,
               .crop_h = 7,
               .crop_w = 8,
               .channels = Preprocess::Channels::bgr,
               .scale = 0.5,
               .mean = {1, 2, 3},
               .std = {2, 3, 4},
               .mean_file = "mean.binaryproto",
               .mean_image = random_mean(19, 16, 7)};
  const Image image = random_picture(19, 16, 8);
  std::vector<float> out(p.elements());
  Preprocessor preprocessor;
  preprocessor.run(p, image, out);
  size_t at = 0;
  for (size_t c = 0; c < 3; ++c)
    for (size_t y = 4; y < 11; ++y)  // (16 - 7) / 2, half to even
      for (size_t x = 6; x < 14; ++x, ++at) {
        const double pixel = image.rgb[3 * (y * 19 + x) + 2 - c],
                     mean = p.mean_image->planes[(c * 16 + y) * 19 + x];
        ASSERT_EQ(out[at], static_cast<float>(((pixel - mean) * 0.5 - p.mean[c]) / p.std[c]))
            << "channel " << c << ", (" << x << ", " << y << ")";
      }

  // Resized without antialiasing, whatever the mean.
  const Image large = random_picture(100, 80, 9);
  OpencvResizer resizer;
  Image resized;
  resizer.resize(large, 19, 16, resized);
  std::vector<float> expected(p.elements());
  preprocessor.run(p, resized, expected);
  preprocessor.run(p, large, out);
  EXPECT_EQ(out, expected);
}

TEST(Preprocess, MeanImageMustFitTheImage) {
  Preprocess p{.crop_h = 8, .crop_w = 8, .mean_file = "mean.binaryproto", .mean_image = random_mean(9, 8, 1)};
  std::vector<float> out(p.elements());
  Preprocessor preprocessor;
  preprocessor.run(p, random_picture(9, 8, 2), out);
  EXPECT_EQ(error_of([&] { preprocessor.run(p, random_picture(8, 8, 2), out); }),
            "the mean image has 9x8 pixels, the image 8x8 before the crop; resize to the former");
  p.mean_image = random_mean(9, 7, 1);
  EXPECT_EQ(error_of([&] { preprocessor.run(p, random_picture(9, 7, 2), out); }),
            "a crop of 8x8 does not fit in the mean image's 9x7 pixels");
  p.mean_image = nullptr;
  EXPECT_THROW(preprocessor.run(p, random_picture(9, 8, 2), out), Error);
}

TEST(Preprocess, RefusesWhatCannotBeResized) {
  // The long side would have 2^32 + 256 pixels, which wraps to 256 in 32 bits.
  const Preprocess p{.side = Preprocess::Side::shorter, .resize_h = 256, .resize_w = 256};
  const int width = (1 << 24) + 1;
  const Image line{width, 1, std::vector<uint8_t>(static_cast<size_t>(width) * 3)};
  std::vector<float> out(p.elements());
  Preprocessor preprocessor;
  EXPECT_EQ(error_of([&] { preprocessor.run(p, line, out); }),
            "16777217x1 pixels cannot be resized to 2147483647x256");
}

// A few bytes hold a line of 4000 pixels. Filters that compute all of the result are bounded.
TEST(Preprocess, ALineIsNotMadeAPictureOfAllSizes) {
  const Image line{4000, 1, std::vector<uint8_t>(12'000)};
  Preprocess p{.side = Preprocess::Side::shorter, .resize_h = 256, .resize_w = 256, .crop_h = 8, .crop_w = 8};
  std::vector<float> out(p.elements());
  Preprocessor preprocessor;
  const auto error = [&] { return error_of([&] { preprocessor.run(p, line, out); }); };
  EXPECT_EQ(error(), "NO ERROR");
  p.filter = Filter::area;
  EXPECT_EQ(error(), "4000x1 pixels cannot be resized to 1024000x256");
  p.filter = Filter::bilinear;
  p.antialias = false;
  EXPECT_EQ(error(), "4000x1 pixels cannot be resized to 1024000x256");
  p.side = Preprocess::Side::both;
  EXPECT_EQ(error(), "NO ERROR");
}

}  // namespace
}  // namespace fxe::test
