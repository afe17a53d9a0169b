// SPDX-License-Identifier: Apache-2.0
#include "engine/image/resize_area.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace fxe {

namespace {

constexpr int kOne = 2048;  // 1 in fixed point
constexpr int kChannels = 3;

uint8_t to_pixel(float value) {
  return static_cast<uint8_t>(std::clamp(static_cast<int>(std::nearbyintf(value)), 0, 255));
}

const uint8_t* row_of(const Image& image, int y) {
  return image.rgb.data() + static_cast<size_t>(y) * static_cast<size_t>(image.width) * kChannels;
}

bool is_whole(double scale) { return std::abs(scale - std::nearbyint(scale)) < DBL_EPSILON; }

}  // namespace

// Shares below a thousandth of a pixel are dropped. At the end, the rest of the image is averaged,
// however small.
void AreaResizer::make_shares(int in, int out, double scale, std::vector<Share>& shares) {
  shares.clear();
  for (int i = 0; i < out; ++i) {
    const double begin = i * scale, end = begin + scale;
    const double width = std::min(scale, in - begin);
    const int last = std::min(static_cast<int>(std::floor(end)), in - 1);
    const int first = std::min(static_cast<int>(std::ceil(begin)), last);
    if (first - begin > 1e-3) shares.push_back({i, first - 1, static_cast<float>((first - begin) / width)});
    for (int j = first; j < last; ++j) shares.push_back({i, j, static_cast<float>(1.0 / width)});
    if (end - last > 1e-3)
      shares.push_back({i, last, static_cast<float>(std::min(std::min(end - last, 1.0), width) / width)});
  }
}

void AreaResizer::make_between(int in, int out, double scale, double inverse, std::vector<Between>& between) {
  between.clear();
  for (int i = 0; i < out; ++i) {
    const int first = static_cast<int>(std::floor(i * scale));
    auto fraction = static_cast<float>((i + 1) - (first + 1) * inverse);
    fraction = fraction <= 0 ? 0.0f : fraction - std::floor(fraction);
    const auto fixed = [](float weight) { return static_cast<int32_t>(std::nearbyintf(weight * kOne)); };
    between.push_back(
        {std::min(first, in - 1), std::min(first + 1, in - 1), fixed(1.0f - fraction), fixed(fraction)});
  }
}

void AreaResizer::shrink_by_blocks(const Image& image, int step_x, int step_y, Image& out) {
  const float share = 1.0f / static_cast<float>(step_x * step_y);
  const bool two_by_two = step_x == 2 && step_y == 2;  // rounds half up, in integers
  uint8_t* to = out.rgb.data();
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x)
      for (int c = 0; c < kChannels; ++c) {
        int64_t sum = 0;  // an int holds 8.4 million pixels
        for (int j = 0; j < step_y; ++j) {
          const uint8_t* from = row_of(image, y * step_y + j) + x * step_x * kChannels + c;
          for (int i = 0; i < step_x; ++i) sum += from[i * kChannels];
        }
        *to++ = two_by_two ? static_cast<uint8_t>((sum + 2) >> 2) : to_pixel(static_cast<float>(sum) * share);
      }
}

void AreaResizer::shrink(const Image& image, double scale_x, double scale_y, Image& out) {
  make_shares(image.width, out.width, scale_x, columns_);
  make_shares(image.height, out.height, scale_y, rows_);
  const size_t values = static_cast<size_t>(out.width) * kChannels;
  row_.resize(values);
  sum_.assign(values, 0.0f);
  for (size_t r = 0; r < rows_.size(); ++r) {
    const Share& row = rows_[r];
    const uint8_t* from = row_of(image, row.in);
    std::fill(row_.begin(), row_.end(), 0.0f);
    for (const Share& column : columns_)
      for (int c = 0; c < kChannels; ++c)
        row_[static_cast<size_t>(column.out * kChannels + c)] +=
            static_cast<float>(from[column.in * kChannels + c]) * column.weight;
    for (size_t i = 0; i < values; ++i) sum_[i] += row.weight * row_[i];
    if (r + 1 < rows_.size() && rows_[r + 1].out == row.out) continue;
    uint8_t* to = out.rgb.data() + static_cast<size_t>(row.out) * values;
    for (size_t i = 0; i < values; ++i) to[i] = to_pixel(sum_[i]);
    std::fill(sum_.begin(), sum_.end(), 0.0f);
  }
}

void AreaResizer::grow(const Image& image, Image& out, double scale_x, double scale_y) {
  make_between(image.width, out.width, scale_x, 1.0 / scale_x, columns_between_);
  make_between(image.height, out.height, scale_y, 1.0 / scale_y, rows_between_);
  const size_t values = static_cast<size_t>(out.width) * kChannels;
  upper_.resize(values);
  lower_.resize(values);
  const auto across = [&](int y, std::vector<int32_t>& to) {
    const uint8_t* from = row_of(image, y);
    size_t at = 0;
    for (const Between& b : columns_between_)
      for (int c = 0; c < kChannels; ++c)
        to[at++] = b.first == b.second ? from[b.first * kChannels + c] * kOne
                                       : from[b.first * kChannels + c] * b.first_weight +
                                             from[b.second * kChannels + c] * b.second_weight;
  };
  uint8_t* to = out.rgb.data();
  for (const Between& b : rows_between_) {
    across(b.first, upper_);
    across(b.second, lower_);
    for (size_t i = 0; i < values; ++i) {
      const int32_t sum =
          ((b.first_weight * (upper_[i] >> 4)) >> 16) + ((b.second_weight * (lower_[i] >> 4)) >> 16);
      *to++ = static_cast<uint8_t>(std::clamp((sum + 2) >> 2, 0, 255));
    }
  }
}

void AreaResizer::resize(const Image& image, int width, int height, Image& out) {
  out.width = width;
  out.height = height;
  if (width == image.width && height == image.height) {
    out.rgb = image.rgb;
    return;
  }
  out.rgb.resize(static_cast<size_t>(width) * static_cast<size_t>(height) * kChannels);
  // The inverse of a ratio rather than the ratio: OpenCV's rounding.
  const double scale_x = 1.0 / (static_cast<double>(width) / image.width);
  const double scale_y = 1.0 / (static_cast<double>(height) / image.height);
  if (scale_x < 1 || scale_y < 1) return grow(image, out, scale_x, scale_y);
  if (is_whole(scale_x) && is_whole(scale_y))
    return shrink_by_blocks(image, static_cast<int>(std::nearbyint(scale_x)),
                            static_cast<int>(std::nearbyint(scale_y)), out);
  shrink(image, scale_x, scale_y, out);
}

}  // namespace fxe
