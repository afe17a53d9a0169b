// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "tools/demo_random.h"

namespace fxe {

// The demo's classes, in class order (sorted by name).
enum class DemoShape { arrow, circle, crescent, cross, heart, hexagon, ring, square, star, triangle };
inline constexpr std::array<std::string_view, 10> kDemoClasses = {
    "arrow", "circle", "crescent", "cross", "heart", "hexagon", "ring", "square", "star", "triangle"};

struct Point {
  double x, y;
};

// What varies within a class: how thick, deep or slim a shape is (each class reads `form` in [-1, 1] its own
// way), the pose (upright to +-44 degrees), and a bend. Maps pixels to the shape's own coordinates, in which
// it lies within radius 1 and +x points up in the picture.
class PosedShape {
 public:
  // `hardness` in [0, 1] widens all variation: smaller, nearer to the border, slimmer, more bent.
  PosedShape(DemoShape shape, double hardness, DemoRandom& random);

  bool contains(Point pixel) const;
  Point centre() const { return centre_; }
  double radius() const { return radius_; }

 private:
  DemoShape shape_;
  Point centre_{};
  double radius_, form_, aspect_, shear_, bend_, mirror_;
  Point turn_;
};

// A random rotation (cosine, sine), exact to rounding without libm: the rational parametrisation of the
// circle, t in [-1, 1], and a random quarter turn. Not quite uniform in the angle.
Point random_turn(DemoRandom& random);

}  // namespace fxe
