// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fxe {

// One bit per image.
using ImageBits = std::vector<uint64_t>;
inline ImageBits no_images(size_t count) { return ImageBits((count + 63) / 64, 0); }
inline void set(ImageBits& bits, size_t image) { bits[image / 64] |= uint64_t{1} << (image % 64); }

// What one stage of a cascade does to the images that reach it.
struct StageCounts {
  int64_t reach = 0;
  int64_t loss_of_all = 0;      // if all stopped here
  int64_t loss_of_stopped = 0;  // of those that do
};
// left <- the images of `reach` that go on. plus, minus: images whose loss is 1 and -1.
StageCounts run_stage(const ImageBits& reach, const ImageBits& stop, const ImageBits& plus,
                      const ImageBits& minus, ImageBits& left);

}  // namespace fxe
