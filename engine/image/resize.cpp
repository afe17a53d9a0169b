// SPDX-License-Identifier: Apache-2.0
#include "engine/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/clones_cpu.h"

namespace fxe {

namespace {

// 8 bits of pixel, 2 bits of head-room for the cubic's overshoot, the rest fraction.
constexpr int kFractionBits = 32 - 8 - 2;
constexpr size_t kTablesKept = 64, kWeightsKept = size_t{1} << 22;

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

double radius(Filter filter) { return filter == Filter::bilinear ? 1.0 : 2.0; }

constexpr int32_t kHalf = 1 << (kFractionBits - 1);

inline uint8_t to_pixel(int32_t fixed) {
  return static_cast<uint8_t>(std::clamp(fixed >> kFractionBits, 0, 255));
}

// out[x] = weighted sum of `count` rows at x. In blocks, so that the sums stay in registers and every source
// row is read in order.
FXE_CPU_CLONES void weighted_rows(const uint8_t* in, size_t in_row_bytes, const int32_t* weights, int count,
                                  size_t row_bytes, uint8_t* out) {
  constexpr size_t kBlock = 64;
  for (size_t x = 0; x < row_bytes; x += kBlock) {
    const size_t n = std::min(kBlock, row_bytes - x);
    int32_t sums[kBlock];
    std::fill_n(sums, kBlock, kHalf);
    for (int j = 0; j < count; ++j) {
      const uint8_t* from = in + static_cast<size_t>(j) * in_row_bytes + x;
      for (size_t i = 0; i < n; ++i) sums[i] += from[i] * weights[j];
    }
    for (size_t i = 0; i < n; ++i) out[x + i] = to_pixel(sums[i]);
  }
}

// out[x] = weighted sum of a row's pixels in windows[x]; `taps` weights for each x.
void weighted_columns(const uint8_t* row, const ResizeWindow* windows, const int32_t* weights, int taps,
                      int width, uint8_t* out) {
  for (int x = 0; x < width; ++x, weights += taps) {
    const uint8_t* from = row + static_cast<size_t>(windows[x].first) * 3;
    int32_t r = kHalf, g = kHalf, b = kHalf;
    for (int j = 0; j < windows[x].count; ++j) {
      r += from[3 * j] * weights[j];
      g += from[3 * j + 1] * weights[j];
      b += from[3 * j + 2] * weights[j];
    }
    *out++ = to_pixel(r);
    *out++ = to_pixel(g);
    *out++ = to_pixel(b);
  }
}

// The same for kRows rows at once, one vector of them per colour, so that each weight is used for all
// of them.
constexpr int kRows = 8;
FXE_CPU_CLONES void weighted_columns_of_rows(const uint8_t* rows, size_t in_row_bytes,
                                             const ResizeWindow* windows, const int32_t* weights, int taps,
                                             int width, uint8_t* out) {
  using Sums = int32_t __attribute__((vector_size(4 * kRows)));
  const Sums zero{}, half = zero + kHalf;
  const Sums most = zero + 255;
  for (int x = 0; x < width; ++x, weights += taps, out += 3) {
    const uint8_t* from = rows + static_cast<size_t>(windows[x].first) * 3;
    Sums r = half, g = half, b = half;
    for (int j = 0; j < windows[x].count; ++j, from += 3) {
      Sums pixels;
      for (size_t y = 0; y < kRows; ++y) {
        int32_t pixel;  // and the byte after it
        std::memcpy(&pixel, from + y * in_row_bytes, sizeof pixel);
        pixels[y] = pixel;
      }
      r += (pixels & 255) * weights[j];
      g += (pixels >> 8 & 255) * weights[j];
      b += (pixels >> 16 & 255) * weights[j];
    }
    for (Sums* s : {&r, &g, &b}) {
      *s >>= kFractionBits;
      *s = *s > zero ? *s : zero;
      *s = *s < most ? *s : most;
    }
    const Sums pixels = r | g << 8 | b << 16;
    for (size_t y = 0; y < kRows; ++y) {
      const int32_t pixel = pixels[y];
      std::memcpy(out + y * static_cast<size_t>(width) * 3, &pixel, 3);
    }
  }
}

}  // namespace

const Resizer::Table& Resizer::table(int in, int out, Filter filter) {
  for (auto i = tables_.begin(); i != tables_.end(); ++i)
    if (i->in == in && i->out == out && i->filter == filter) {
      tables_.splice(tables_.begin(), tables_, i);
      return tables_.front();
    }
  // The table at the front may still be in use: see resize().
  while (tables_.size() > 1 && (tables_.size() >= kTablesKept || weights_kept_ > kWeightsKept)) {
    weights_kept_ -= tables_.back().weights.size();
    tables_.pop_back();
  }
  tables_.push_front(make_table(in, out, filter));
  weights_kept_ += tables_.front().weights.size();
  return tables_.front();
}

Resizer::Table Resizer::make_table(int in, int out, Filter filter) {
  Table t{.in = in, .out = out, .filter = filter};
  const double scale = static_cast<double>(in) / out;
  const double widening = std::max(scale, 1.0);
  const double support = radius(filter) * widening;
  t.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  t.windows.resize(static_cast<size_t>(out));
  t.weights.resize(static_cast<size_t>(out) * static_cast<size_t>(t.taps));
  std::vector<double> exact(static_cast<size_t>(t.taps));
  for (int i = 0; i < out; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - support + 0.5));
    const int end = std::min(in, static_cast<int>(centre + support + 0.5));
    double sum = 0;
    for (int j = first; j < end; ++j) {
      const double x = (j - centre + 0.5) * (1.0 / widening);
      sum += exact[static_cast<size_t>(j - first)] = filter == Filter::bilinear ? triangle(x) : cubic(x);
    }
    t.windows[static_cast<size_t>(i)] = {first, end - first};
    for (int j = 0; j < end - first; ++j) {
      const double weight = (sum != 0 ? exact[static_cast<size_t>(j)] / sum : exact[static_cast<size_t>(j)]) *
                            (1 << kFractionBits);
      // Rounds half away from zero, as Pillow does.
      t.weights[static_cast<size_t>(i) * static_cast<size_t>(t.taps) + static_cast<size_t>(j)] =
          static_cast<int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return t;
}

void Resizer::horizontal(const Table& t, const Image& in, int first, int end, int left, int width,
                         uint8_t* out) {
  const size_t in_row_bytes = static_cast<size_t>(in.width) * 3, row_bytes = static_cast<size_t>(width) * 3;
  const ResizeWindow* windows = t.windows.data() + left;
  const int32_t* weights = t.weights.data() + static_cast<size_t>(left) * static_cast<size_t>(t.taps);
  int y = first;
  // These read a byte past their last pixel, so they leave out the image's last row.
  for (; y + kRows <= std::min(end, in.height - 1); y += kRows, out += kRows * row_bytes)
    weighted_columns_of_rows(in.rgb.data() + static_cast<size_t>(y) * in_row_bytes, in_row_bytes, windows,
                             weights, t.taps, width, out);
  for (; y < end; ++y, out += row_bytes)
    weighted_columns(in.rgb.data() + static_cast<size_t>(y) * in_row_bytes, windows, weights, t.taps, width,
                     out);
}

void Resizer::vertical(const Table& t, const uint8_t* in, size_t in_row_bytes, int first, int top, int height,
                       size_t row_bytes, uint8_t* out) {
  for (int y = top; y < top + height; ++y, out += row_bytes) {
    const auto window = t.windows[static_cast<size_t>(y)];
    const int32_t* weights = t.weights.data() + static_cast<size_t>(y) * static_cast<size_t>(t.taps);
    weighted_rows(in + static_cast<size_t>(window.first - first) * in_row_bytes, in_row_bytes, weights,
                  window.count, row_bytes, out);
  }
}

void Resizer::resize(const Image& image, int width, int height, Filter filter, Pillow pillow,
                     const Region& crop, Image& out) {
  const bool wide = width != image.width, tall = height != image.height;
  const size_t in_row_bytes = static_cast<size_t>(image.width) * 3;
  const size_t row_bytes = static_cast<size_t>(crop.width) * 3;
  out.width = crop.width;
  out.height = crop.height;
  out.rgb.resize(row_bytes * static_cast<size_t>(crop.height));
  const auto pixel = [&](int x, int y) {
    return image.rgb.data() + static_cast<size_t>(y) * in_row_bytes + static_cast<size_t>(x) * 3;
  };
  if (!wide && !tall) {
    for (int y = 0; y < crop.height; ++y)
      std::copy_n(pixel(crop.left, crop.top + y), row_bytes,
                  out.rgb.data() + static_cast<size_t>(y) * row_bytes);
    return;
  }
  if (!tall)
    return horizontal(table(image.width, width, filter), image, crop.top, crop.top + crop.height, crop.left,
                      crop.width, out.rgb.data());
  const Table& columns = table(image.height, height, filter);
  if (!wide)
    return vertical(columns, pixel(crop.left, 0), in_row_bytes, 0, crop.top, crop.height, row_bytes,
                    out.rgb.data());
  // The first result stays valid over the second table() call.
  if (pillow == Pillow::from_13 && height < image.height &&
      image.height - height > 2 * (image.width - width)) {
    between_.width = image.width;
    between_.height = crop.height;
    between_.rgb.resize(in_row_bytes * static_cast<size_t>(crop.height));
    vertical(columns, image.rgb.data(), in_row_bytes, 0, crop.top, crop.height, in_row_bytes,
             between_.rgb.data());
    return horizontal(table(image.width, width, filter), between_, 0, crop.height, crop.left, crop.width,
                      out.rgb.data());
  }
  // Only the rows that the vertical pass reads.
  const int first = columns.windows[static_cast<size_t>(crop.top)].first;
  const int end = columns.windows[static_cast<size_t>(crop.top + crop.height - 1)].end();
  between_.rgb.resize(static_cast<size_t>(end - first) * row_bytes);
  horizontal(table(image.width, width, filter), image, first, end, crop.left, crop.width,
             between_.rgb.data());
  vertical(columns, between_.rgb.data(), row_bytes, first, crop.top, crop.height, row_bytes, out.rgb.data());
}

}  // namespace fxe
