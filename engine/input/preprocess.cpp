// SPDX-License-Identifier: Apache-2.0
#include "engine/input/preprocess.h"

#include <algorithm>
#include <climits>
#include <cmath>

#include "engine/error.h"

namespace fxe {

namespace {

// Where the crop starts: half the spare pixels. Where the image is smaller, torchvision and timm pad first,
// with the smaller half on the left.
int crop_offset(int size, int crop, Preprocess::Rounding rounding) {
  if (size < crop) return -((crop - size) / 2);
  if (rounding == Preprocess::Rounding::down) return (size - crop) / 2;
  return static_cast<int>(std::nearbyint((size - crop) / 2.0));
}

// pixel -> x, computed in double and rounded once.
float normalised(const Preprocess& p, size_t channel, double pixel) {
  return static_cast<float>((pixel * p.scale - p.mean[channel]) / p.std[channel]);
}

std::array<float, 256> normalisation(const Preprocess& p, size_t channel) {
  std::array<float, 256> table;
  for (int pixel = 0; pixel < 256; ++pixel) table[static_cast<size_t>(pixel)] = normalised(p, channel, pixel);
  return table;
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

void Preprocessor::run(const Preprocess& p, const Image& image, std::span<float> out) {
  const Size size = resized_size(p, image.width, image.height);
  if (size.width < 1 || size.height < 1 || int64_t{size.width} * size.height > (int64_t{1} << 28))
    throw bad_input("{}x{} pixels cannot be resized to {}x{}", image.width, image.height, size.width,
                    size.height);
  if (!p.mean_file.empty()) check_mean_image(p, size);
  const Image* source = &image;
  if (size.width != image.width || size.height != image.height) {
    if (p.filter == Filter::area)
      area_resizer_.resize(image, size.width, size.height, resized_);
    else if (p.antialias)
      resizer_.resize(image, size.width, size.height, p.filter, resized_);
    else
      opencv_resizer_.resize(image, size.width, size.height, resized_);
    source = &resized_;
  }
  const int top = crop_offset(size.height, p.crop_h, p.crop_rounding);
  const int left = crop_offset(size.width, p.crop_w, p.crop_rounding);
  const int first = std::max(0, -left), end = std::min(p.crop_w, size.width - left);
  for (size_t c = 0; c < 3; ++c) {
    const auto table = normalisation(p, c);
    const size_t channel = p.channels == Preprocess::Channels::rgb ? c : 2 - c;
    float* plane = out.data() + c * static_cast<size_t>(p.crop_h) * static_cast<size_t>(p.crop_w);
    for (int y = 0; y < p.crop_h; ++y, plane += p.crop_w) {
      std::fill_n(plane, p.crop_w, table[p.fill[c]]);
      if (y + top < 0 || y + top >= size.height) continue;
      const size_t row_at = static_cast<size_t>(y + top) * static_cast<size_t>(size.width);
      const uint8_t* row = source->rgb.data() + row_at * 3 + channel;
      if (p.mean_image) {
        const size_t plane_at = c * static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
        const float* means = p.mean_image->planes.data() + plane_at + row_at;
        for (int x = first; x < end; ++x)
          plane[x] = normalised(p, c, row[static_cast<size_t>(x + left) * 3] - double{means[x + left]});
      } else {
        for (int x = first; x < end; ++x) plane[x] = table[row[static_cast<size_t>(x + left) * 3]];
      }
    }
  }
}

}  // namespace fxe
