// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "tools/demo_random.h"
#include "tools/demo_shape.h"

namespace fxe {

// Red, green, blue: 0..255 can be shown; values outside occur between steps.
using Colour = std::array<double, 3>;

Colour mix(const Colour& a, const Colour& b, double share_of_b);
Colour random_colour(double low, double high, DemoRandom& random);
// `distance` lighter than `from` (darker if negative), in a random hue; clamped to 0..255.
Colour random_lighter(const Colour& from, double distance, DemoRandom& random);
// A colour `distance` away from `from`, as far as 0..255 allows.
Colour random_colour_near(const Colour& from, double distance, DemoRandom& random);

// A square picture in floating point on which the scene is painted.
class Canvas {
 public:
  explicit Canvas(int side) : side_(side), pixels_(static_cast<size_t>(side * side)) {}

  Colour& at(int x, int y) { return pixels_[static_cast<size_t>(y * side_ + x)]; }
  const Colour& at(int x, int y) const { return pixels_[static_cast<size_t>(y * side_ + x)]; }

  // Sets each pixel to the colour at its centre.
  template <class F>
  void fill(F colour) {
    for (int y = 0; y < side_; ++y)
      for (int x = 0; x < side_; ++x) at(x, y) = colour(Point{x + 0.5, y + 0.5});
  }

  // Paints the colour at each pixel's centre where contains(point) holds, anti-aliased by 4 x 4 points a
  // pixel; looks only within `reach` of `centre`.
  template <class Contains, class Fill>
  void paint(Point centre, double reach, Contains contains, Fill colour) {
    const auto low = [&](double v) { return std::clamp(static_cast<int>(v - reach) - 1, 0, side_); };
    const auto high = [&](double v) { return std::clamp(static_cast<int>(v + reach) + 2, 0, side_); };
    for (int y = low(centre.y); y < high(centre.y); ++y)
      for (int x = low(centre.x); x < high(centre.x); ++x)
        if (const int hits = points_inside(x, y, contains))
          at(x, y) = mix(at(x, y), colour(Point{x + 0.5, y + 0.5}), hits / 16.0);
  }

  // Blends with its 3 x 3 binomial blur; borders repeat.
  void blur(double share);
  void add_noise(double deviation, DemoRandom& random);
  // Stores rows from the top, rounded half up, clamped.
  void store(uint8_t* rgb) const;

 private:
  template <class Contains>
  static int points_inside(int x, int y, Contains contains) {
    int hits = 0;
    for (int i = 0; i < 16; ++i) hits += contains(Point{x + (i % 4 + 0.5) / 4, y + (i / 4 + 0.5) / 4});
    return hits;
  }

  int side_;
  std::vector<Colour> pixels_;
};

}  // namespace fxe
