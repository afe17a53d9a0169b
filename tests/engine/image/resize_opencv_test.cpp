// SPDX-License-Identifier: Apache-2.0
#include "engine/image/resize_opencv.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/image/decode.h"
#include "engine/image/resize_area.h"
#include "engine/input/text_file.h"
#include "tests/engine/image/checksum.h"
#include "tests/engine/image/picture.h"
#include "tests/engine/input/shared_data.h"

namespace fxe::test {
namespace {

struct OpencvGolden {
  int width, height, to_width, to_height;
  uint32_t crc;
};

constexpr OpencvGolden kOpencvGoldens[] = {
#include "tests/engine/image/opencv_goldens.inc"
};

uint32_t crc_of(const Image& image) { return crc32(std::as_bytes(std::span(image.rgb))); }

TEST(ResizeOpencv, EqualsOpencvsGoldens) {
  OpencvResizer resizer;
  Image out;
  const auto check = [&](const OpencvGolden& g) {
    if (g.width == 0) return;
    resizer.resize(golden_picture(g.width, g.height), g.to_width, g.to_height, out);
    EXPECT_EQ(crc_of(out), g.crc) << g.width << "x" << g.height << " to " << g.to_width << "x" << g.to_height;
  };
  for (const auto& g : kOpencvGoldens) check(g);
  for (size_t i = std::size(kOpencvGoldens); i-- > 0;) check(kOpencvGoldens[i]);
}

TEST(ResizeOpencv, EqualsOpencvOnPhotographs) {
  const auto photos = shared_data("imagenet/photos");
  if (photos.empty()) GTEST_SKIP() << "no imagenet/photos in $FXE_DATA or ../shared/data";
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(photos))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  OpencvResizer resizer;
  std::vector<std::vector<uint32_t>> crcs(std::size(kOpencvGoldens));
  std::vector<std::byte> file;
  Image image, out;
  for (const auto& path : paths) {
    read_file(path, size_t{1} << 30, file);
    decode_image(file, image);
    for (size_t i = 0; i < std::size(kOpencvGoldens); ++i) {
      if (kOpencvGoldens[i].width != 0) continue;
      resizer.resize(image, kOpencvGoldens[i].to_width, kOpencvGoldens[i].to_height, out);
      crcs[i].push_back(crc_of(out));
    }
  }
  int compared = 0;
  for (size_t i = 0; i < std::size(kOpencvGoldens); ++i) {
    if (kOpencvGoldens[i].width != 0) continue;
    EXPECT_EQ(crc32(std::as_bytes(std::span(crcs[i]))), kOpencvGoldens[i].crc)
        << paths.size() << " photographs to " << kOpencvGoldens[i].to_width << "x"
        << kOpencvGoldens[i].to_height;
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

// Sums over blocks of more than 8.4 million pixels.
TEST(ResizeOpencv, LargeBlocksOfTheAreaFilter) {
  const Image white{2902, 2902, std::vector<uint8_t>(size_t{3} * 2902 * 2902, 255)};
  Image out;
  AreaResizer().resize(white, 1, 1, out);
  EXPECT_EQ(out.rgb, std::vector<uint8_t>(3, 255));
}

}  // namespace
}  // namespace fxe::test
