// SPDX-License-Identifier: Apache-2.0
#include "engine/input/preprocess.h"

#include <algorithm>
#include <climits>
#include <cmath>

#include "engine/error.h"

namespace fxe {

namespace {

// Where the crop starts: half the spare pixels. If the image is smaller, torchvision and timm pad first, with
// the smaller half on the left.
int crop_offset(int size, int crop, Preprocess::Rounding rounding) {
  if (size < crop) return -((crop - size) / 2);
  if (rounding == Preprocess::Rounding::down) return (size - crop) / 2;
  return static_cast<int>(std::nearbyint((size - crop) / 2.0));
}

// pixel -> x, computed in double and rounded once.
float normalised(const Preprocess& p, size_t channel, double pixel) {
  return static_cast<float>((pixel * p.scale - p.mean[channel]) / p.std[channel]);
}

void check_mean_image(const Preprocess& p, Size size) {
  if (!p.mean_image) throw run_time_error("the mean image '{}' has not been read", p.mean_file);
  const MeanImage& mean = *p.mean_image;
  if (mean.width != size.width || mean.height != size.height)
    throw bad_input("the mean image has {}x{} pixels, the image {}x{} before the crop; resize to the former",
                    mean.width, mean.height, size.width, size.height);
  if (p.crop_w > size.width || p.crop_h > size.height)
    throw bad_input("a crop of {}x{} does not fit in the mean image's {}x{} pixels", p.crop_w, p.crop_h,
                    size.width, size.height);
}

}  // namespace

Size resized_size(const Preprocess& p, int width, int height) {
  switch (p.side) {
    case Preprocess::Side::none:
      return {width, height};
    case Preprocess::Side::both:
      return {p.resize_w, p.resize_h};
    case Preprocess::Side::longer: {
      const double ratio = static_cast<double>(std::max(width, height)) / p.resize_h;
      return {static_cast<int>(std::nearbyint(width / ratio)),
              static_cast<int>(std::nearbyint(height / ratio))};
    }
    case Preprocess::Side::shorter:
      break;
  }
  const auto longer = [&](int long_side, int short_side) {
    return static_cast<int>(std::min<int64_t>(int64_t{p.resize_h} * long_side / short_side, INT_MAX));
  };
  if (width <= height) return {p.resize_h, longer(height, width)};
  return {longer(width, height), p.resize_h};
}

PixelValues pixel_values(const Preprocess& p) {
  PixelValues values;
  for (size_t c = 0; c < 3; ++c)
    for (size_t pixel = 0; pixel < 256; ++pixel)
      values[256 * c + pixel] = normalised(p, c, static_cast<double>(pixel));
  return values;
}

// A picture of a few thousand pixels in one row can become hundreds of millions: only Pillow's resizing is
// limited to the crop.
int64_t most_resized(const Preprocess& p) {
  constexpr int64_t kMost = int64_t{1} << 28, kAny = int64_t{1} << 25, kProportion = 64;
  const bool whole = p.side != Preprocess::Side::none && (p.filter == Filter::area || !p.antialias);
  if (!whole) return kMost;
  const int64_t side = std::max(p.resize_h, p.resize_w);
  return std::clamp(kProportion * side * side, kAny, kMost);
}

Preprocessor::View Preprocessor::resize(const Preprocess& p, const Image& image) {
  const Size size = resized_size(p, image.width, image.height);
  if (size.width < 1 || size.height < 1 || int64_t{size.width} * size.height > most_resized(p))
    throw bad_input("{}x{} pixels cannot be resized to {}x{}", image.width, image.height, size.width,
                    size.height);
  if (!p.mean_file.empty()) check_mean_image(p, size);
  const int top = crop_offset(size.height, p.crop_h, p.crop_rounding);
  const int left = crop_offset(size.width, p.crop_w, p.crop_rounding);
  // The crop without its borders; Pillow's resizing computes nothing else.
  const Region seen{std::max(0, left), std::max(0, top), std::min(p.crop_w, size.width),
                    std::min(p.crop_h, size.height)};
  const Image* source = &image;
  Region have{0, 0, size.width, size.height};  // the part of the resized image that `source` holds
  if (size.width != image.width || size.height != image.height) {
    source = &resized_;
    if (p.filter == Filter::area) {
      area_resizer_.resize(image, size.width, size.height, resized_);
    } else if (p.antialias) {
      resizer_.resize(image, size.width, size.height, p.filter, p.pillow, seen, resized_);
      have = seen;
    } else {
      opencv_resizer_.resize(image, size.width, size.height, resized_);
    }
  }
  const size_t row_bytes = 3 * static_cast<size_t>(have.width);
  const uint8_t* first = source->rgb.data() + static_cast<size_t>(seen.top - have.top) * row_bytes +
                         3 * static_cast<size_t>(seen.left - have.left);
  return {first, row_bytes, seen, size, left, top};
}

void Preprocessor::run(const Preprocess& p, const Image& image, std::span<float> out) {
  const View view = resize(p, image);
  const Region& seen = view.seen;
  const PixelValues values = pixel_values(p);
  for (size_t c = 0; c < 3; ++c) {
    const float* table = values.data() + 256 * c;
    const size_t channel = p.channels == Preprocess::Channels::rgb ? c : 2 - c;
    float* plane = out.data() + c * static_cast<size_t>(p.crop_h) * static_cast<size_t>(p.crop_w);
    if (view.bordered(p))
      std::fill_n(plane, static_cast<size_t>(p.crop_h) * static_cast<size_t>(p.crop_w), table[p.fill[c]]);
    for (int y = seen.top; y < seen.top + seen.height; ++y) {
      float* to = plane + static_cast<std::ptrdiff_t>(y - view.top) * p.crop_w + (seen.left - view.left);
      const uint8_t* row = view.row(y) + channel;
      if (p.mean_image) {
        const auto width = static_cast<size_t>(view.size.width),
                   height = static_cast<size_t>(view.size.height);
        const float* means = p.mean_image->planes.data() + c * width * height +
                             static_cast<size_t>(y) * width + static_cast<size_t>(seen.left);
        for (size_t x = 0; x < static_cast<size_t>(seen.width); ++x)
          to[x] = normalised(p, c, row[3 * x] - double{means[x]});
      } else {
        for (size_t x = 0; x < static_cast<size_t>(seen.width); ++x) to[x] = table[row[3 * x]];
      }
    }
  }
}

void Preprocessor::pixels(const Preprocess& p, const Image& image, std::span<uint8_t> out) {
  const View view = resize(p, image);
  const Region& seen = view.seen;
  if (view.bordered(p))
    for (size_t i = 0; i < p.elements(); ++i) out[i] = p.fill[i % 3];
  for (int y = seen.top; y < seen.top + seen.height; ++y) {
    uint8_t* to =
        out.data() + 3 * (static_cast<std::ptrdiff_t>(y - view.top) * p.crop_w + (seen.left - view.left));
    const uint8_t* row = view.row(y);
    if (p.channels == Preprocess::Channels::rgb) {
      std::copy_n(row, 3 * seen.width, to);
    } else {
      for (int x = 0; x < 3 * seen.width; x += 3)
        to[x] = row[x + 2], to[x + 1] = row[x + 1], to[x + 2] = row[x];
    }
  }
}

}  // namespace fxe
