// SPDX-License-Identifier: Apache-2.0
#include "tools/demo_canvas.h"

#include <cmath>

namespace fxe {

Colour mix(const Colour& a, const Colour& b, double share_of_b) {
  Colour out;
  for (size_t c = 0; c < 3; ++c) out[c] = a[c] + (b[c] - a[c]) * share_of_b;
  return out;
}

Colour random_colour(double low, double high, DemoRandom& random) {
  Colour colour;
  for (double& v : colour) v = random.uniform(low, high);
  return colour;
}

Colour random_lighter(const Colour& from, double distance, DemoRandom& random) {
  Colour colour;
  for (size_t c = 0; c < 3; ++c)
    colour[c] = std::clamp(from[c] + distance * random.uniform(0.2, 1), 0.0, 255.0);
  return colour;
}

Colour random_colour_near(const Colour& from, double distance, DemoRandom& random) {
  Colour step;
  double length = 0.01;
  for (double& v : step) {
    v = random.uniform(-1, 1);
    length += v * v;
  }
  length = std::sqrt(length);
  Colour colour;
  for (size_t c = 0; c < 3; ++c) {
    const double d = distance * step[c] / length;
    const bool outside = from[c] + d < 0 || from[c] + d > 255;
    colour[c] = std::clamp(outside ? from[c] - d : from[c] + d, 0.0, 255.0);
  }
  return colour;
}

void Canvas::blur(double share) {
  const std::vector<Colour> before = pixels_;
  const auto old = [&](int x, int y) -> const Colour& {
    return before[static_cast<size_t>(std::clamp(y, 0, side_ - 1) * side_ + std::clamp(x, 0, side_ - 1))];
  };
  for (int y = 0; y < side_; ++y)
    for (int x = 0; x < side_; ++x) {
      Colour sum{};
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          for (size_t c = 0; c < 3; ++c) sum[c] += old(x + dx, y + dy)[c] * ((2 - dx * dx) * (2 - dy * dy));
      for (double& v : sum) v /= 16;
      at(x, y) = mix(old(x, y), sum, share);
    }
}

void Canvas::add_noise(double deviation, DemoRandom& random) {
  for (Colour& pixel : pixels_)
    for (double& v : pixel) v += deviation * random.bell();
}

void Canvas::store(uint8_t* rgb) const {
  for (const Colour& pixel : pixels_)
    for (const double v : pixel) *rgb++ = static_cast<uint8_t>(std::clamp(v, 0.0, 255.0) + 0.5);
}

}  // namespace fxe
