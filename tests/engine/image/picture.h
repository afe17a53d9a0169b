// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/image/image.h"
#include "tests/support/generate.h"

namespace fxe::test {

// The picture of make_resize_goldens.py and make_opencv_goldens.py.
inline Image golden_picture(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int value : {x * 7 + y * 13 + x * y, x * x + 3 * y, 255 * ((x / 5 + y / 3) % 2)})
        image.rgb.push_back(static_cast<uint8_t>(value % 256));
  return image;
}

inline Image random_picture(int width, int height, uint64_t seed) {
  Random random(seed);
  Image image{width, height, std::vector<uint8_t>(static_cast<size_t>(3 * width * height))};
  for (auto& value : image.rgb) value = static_cast<uint8_t>(random.integer(0, 255));
  return image;
}

}  // namespace fxe::test
