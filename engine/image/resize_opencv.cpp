// SPDX-License-Identifier: Apache-2.0
#include "engine/image/resize_opencv.h"

#include <algorithm>
#include <cmath>

namespace fxe {

namespace {

constexpr int kOne = 1 << 11;

// OpenCV's inverse scale: a second division gives another result in double.
double step(int in, int out) { return 1.0 / (static_cast<double>(out) / in); }

struct Position {
  int first;
  float fraction;  // of the way to the next pixel; fp32, as in OpenCV
};

Position position(int out, double scale) {
  const auto at = static_cast<float>((out + 0.5) * scale - 0.5);
  const auto first = static_cast<int>(std::floor(at));
  return {first, at - static_cast<float>(first)};
}

int32_t fixed(float weight) { return static_cast<int32_t>(std::nearbyint(weight * kOne)); }

void halve(const Image& image, Image& out) {
  const size_t in_row = static_cast<size_t>(image.width) * 3, out_row = static_cast<size_t>(out.width) * 3;
  for (size_t y = 0; y < static_cast<size_t>(out.height); ++y) {
    const uint8_t* above = image.rgb.data() + 2 * y * in_row;
    const uint8_t* below = above + in_row;
    for (size_t i = 0; i < out_row; ++i) {
      const size_t at = i / 3 * 6 + i % 3;
      const int sum = above[at] + above[at + 3] + below[at] + below[at + 3];
      out.rgb[y * out_row + i] = static_cast<uint8_t>((sum + 2) >> 2);
    }
  }
}

}  // namespace

// Source row y, resampled horizontally. Row `keep` stays valid as well.
const std::vector<int32_t>& OpencvResizer::row(const Image& image, int y, int keep) {
  for (Row& r : rows_)
    if (r.y == y) return r.values;
  Row& r = rows_[0].y == keep ? rows_[1] : rows_[0];
  r.y = y;
  r.values.resize(columns_.size() * 3);
  const uint8_t* in = image.rgb.data() + static_cast<size_t>(y) * static_cast<size_t>(image.width) * 3;
  int32_t* out = r.values.data();
  for (const Taps& t : columns_)
    for (int c = 0; c < 3; ++c)
      *out++ = in[3 * t.first + c] * t.weight[0] + in[3 * t.second + c] * t.weight[1];
  return r.values;
}

void OpencvResizer::resize(const Image& image, int width, int height, Image& out) {
  out.width = width;
  out.height = height;
  if (width == image.width && height == image.height) {
    out.rgb = image.rgb;
    return;
  }
  out.rgb.resize(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
  if (2 * int64_t{width} == image.width && 2 * int64_t{height} == image.height) return halve(image, out);

  columns_.clear();
  const double across = step(image.width, width), down = step(image.height, height);
  for (int x = 0; x < width; ++x) {
    auto [first, fraction] = position(x, across);
    if (first < 0 || first >= image.width - 1) fraction = 0;
    first = std::clamp(first, 0, image.width - 1);
    columns_.push_back({first, std::min(first + 1, image.width - 1), {fixed(1 - fraction), fixed(fraction)}});
  }
  for (Row& r : rows_) r.y = -1;
  uint8_t* to = out.rgb.data();
  for (int y = 0; y < height; ++y) {
    // At the borders the fraction stays and both rows are the same: two truncations instead of one.
    const auto [first, fraction] = position(y, down);
    const int above = std::clamp(first, 0, image.height - 1),
              below = std::clamp(first + 1, 0, image.height - 1);
    const int32_t a = fixed(1 - fraction), b = fixed(fraction);
    const std::vector<int32_t>& upper = row(image, above, below);
    const std::vector<int32_t>& lower = row(image, below, above);
    for (size_t i = 0; i < upper.size(); ++i)
      *to++ = static_cast<uint8_t>(((a * (upper[i] >> 4) >> 16) + (b * (lower[i] >> 4) >> 16) + 2) >> 2);
  }
}

}  // namespace fxe
