// SPDX-License-Identifier: Apache-2.0
#include "engine/input/resize.h"

#include <algorithm>
#include <cmath>

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

uint8_t to_pixel(int32_t fixed) { return static_cast<uint8_t>(std::clamp(fixed >> kFractionBits, 0, 255)); }

}  // namespace

const Resizer::Table& Resizer::table(int in, int out, Filter filter) {
  for (auto i = tables_.begin(); i != tables_.end(); ++i)
    if (i->in == in && i->out == out && i->filter == filter) {
      tables_.splice(tables_.begin(), tables_, i);
      return tables_.front();
    }
  // The front one may still be in use: see resize().
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
      // Rounded half away from zero, as Pillow does.
      t.weights[static_cast<size_t>(i) * static_cast<size_t>(t.taps) + static_cast<size_t>(j)] =
          static_cast<int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return t;
}

void Resizer::horizontal(const Table& t, const Image& in, int first_row, int rows,
                         std::vector<uint8_t>& out) {
  out.resize(static_cast<size_t>(rows) * static_cast<size_t>(t.out) * 3);
  uint8_t* to = out.data();
  for (int y = 0; y < rows; ++y) {
    const uint8_t* row =
        in.rgb.data() + static_cast<size_t>(first_row + y) * static_cast<size_t>(in.width) * 3;
    for (int x = 0; x < t.out; ++x) {
      const auto [first, count] = t.windows[static_cast<size_t>(x)];
      const int32_t* weights = t.weights.data() + static_cast<size_t>(x) * static_cast<size_t>(t.taps);
      const uint8_t* from = row + static_cast<size_t>(first) * 3;
      int32_t r = 1 << (kFractionBits - 1), g = r, b = r;
      for (int j = 0; j < count; ++j) {
        r += from[3 * j] * weights[j];
        g += from[3 * j + 1] * weights[j];
        b += from[3 * j + 2] * weights[j];
      }
      *to++ = to_pixel(r);
      *to++ = to_pixel(g);
      *to++ = to_pixel(b);
    }
  }
}

void Resizer::vertical(const Table& t, const uint8_t* in, int first_row, int row_bytes,
                       std::vector<uint8_t>& out) {
  const auto stride = static_cast<size_t>(row_bytes);
  out.resize(static_cast<size_t>(t.out) * stride);
  // Blocks of a row, so that the sums stay in registers and every source row is read in order.
  constexpr size_t kBlock = 64;
  for (int y = 0; y < t.out; ++y) {
    const auto [first, count] = t.windows[static_cast<size_t>(y)];
    const int32_t* weights = t.weights.data() + static_cast<size_t>(y) * static_cast<size_t>(t.taps);
    const uint8_t* rows = in + static_cast<size_t>(first - first_row) * stride;
    uint8_t* to = out.data() + static_cast<size_t>(y) * stride;
    for (size_t x = 0; x < stride; x += kBlock) {
      const size_t n = std::min(kBlock, stride - x);
      int32_t sums[kBlock];
      std::fill_n(sums, kBlock, 1 << (kFractionBits - 1));
      for (int j = 0; j < count; ++j) {
        const uint8_t* from = rows + static_cast<size_t>(j) * stride + x;
        for (size_t i = 0; i < n; ++i) sums[i] += from[i] * weights[j];
      }
      for (size_t i = 0; i < n; ++i) to[x + i] = to_pixel(sums[i]);
    }
  }
}

void Resizer::resize(const Image& image, int width, int height, Filter filter, Image& out) {
  out.width = width;
  out.height = height;
  const bool wide = width != image.width, tall = height != image.height;
  if (!wide && !tall) {
    out.rgb = image.rgb;
    return;
  }
  if (!tall) return horizontal(table(image.width, width, filter), image, 0, height, out.rgb);
  if (!wide) return vertical(table(image.height, height, filter), image.rgb.data(), 0, width * 3, out.rgb);
  // Only rows that the vertical pass reads. The second table() call keeps the first one's result.
  const Table& columns = table(image.height, height, filter);
  const int first_row = columns.windows.front().first;
  const int rows = columns.windows.back().first + columns.windows.back().count - first_row;
  horizontal(table(image.width, width, filter), image, first_row, rows, between_);
  vertical(columns, between_.data(), first_row, width * 3, out.rgb);
}

}  // namespace fxe
