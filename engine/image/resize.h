// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "engine/image/image.h"

namespace fxe {

// bilinear, bicubic: Pillow's, by Resizer. area: OpenCV's INTER_AREA, by AreaResizer (resize_area.h).
enum class Filter { bilinear, bicubic, area };

// Whose order of passes. Up to version 12 Pillow scales horizontally first; 13 scales vertically first if the
// height loses more than twice as many pixels as the width. Values between the passes have 8 bits, so the
// results differ by a grey level here and there.
enum class Pillow { up_to_12, from_13 };

// The source pixels that make up an output pixel.
struct ResizeWindow {
  int first = 0, count = 0;
  int end() const { return first + count; }
};

// Resampling equal to Pillow's Image.resize(..., BILINEAR | BICUBIC) bit for bit: antialiased (the filter
// widens with the scale), 8-bit values between the passes, coefficients in fixed point with 22 fractional
// bits. Triangle filter, and Keys' cubic with a = -0.5. Holds the coefficients of recent sizes and its
// scratch memory, so that a stream of images allocates only when something is larger than all before. Not
// thread-safe: one per thread.
class Resizer {
 public:
  // The part `crop` of `image` resized to width x height, bilinear or bicubic, as if all of it were resized
  // and then cropped. `crop` lies within width x height and is not empty.
  void resize(const Image& image, int width, int height, Filter filter, Pillow pillow, const Region& crop,
              Image& out);
  void resize(const Image& image, int width, int height, Filter filter, Pillow pillow, Image& out) {
    resize(image, width, height, filter, pillow, {0, 0, width, height}, out);
  }

 private:
  struct Table {
    int in = 0, out = 0;
    Filter filter = Filter::bilinear;
    int taps = 0;                       // stride of `weights`
    std::vector<ResizeWindow> windows;  // one per output pixel
    std::vector<int32_t> weights;
  };

  const Table& table(int in, int out, Filter filter);  // stays valid over one further call
  static Table make_table(int in, int out, Filter filter);
  // Source rows [first, end) at output columns [left, left + width).
  static void horizontal(const Table&, const Image& in, int first, int end, int left, int width,
                         uint8_t* out);
  // Output rows [top, top + height) of `row_bytes` each; `in` is where source row `first` begins.
  static void vertical(const Table&, const uint8_t* in, size_t in_row_bytes, int first, int top, int height,
                       size_t row_bytes, uint8_t* out);

  std::list<Table> tables_;  // most recently used first
  size_t weights_kept_ = 0;  // in all tables; bounded
  Image between_;            // between the passes
};

}  // namespace fxe
