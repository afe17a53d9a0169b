// SPDX-License-Identifier: Apache-2.0
#include "tools/demo_scene.h"

#include <cmath>

#include "tools/demo_canvas.h"

namespace fxe {

namespace {

constexpr double kMiddle = kDemoSide / 2.0;

// A value in [0, 1] for every point: the pattern of backgrounds and surfaces.
class Texture {
 public:
  explicit Texture(DemoRandom& random)
      : kind_(random.below(3)),
        turn_(random_turn(random)),
        period_(random.uniform(3, 14)),
        phase_(random.uniform()) {
    for (double& v : lattice_) v = random.uniform();
  }

  double at(Point p) const {
    const Point q{(turn_.x * p.x + turn_.y * p.y) / period_ + 50 + phase_,
                  (turn_.x * p.y - turn_.y * p.x) / period_ + 50 + phase_};
    if (kind_ == 0) return smooth(q);
    if (kind_ == 1) return wave(q.x);
    return (wave(q.x) > 0.5) == (wave(q.y) > 0.5) ? 1 : 0;
  }

 private:
  // Triangle wave of period 1.
  static double wave(double v) {
    const double f = v - static_cast<int>(v);
    return f < 0.5 ? 2 * f : 2 - 2 * f;
  }

  // Value noise on a lattice that repeats every 8 cells.
  double smooth(Point q) const {
    const int ix = static_cast<int>(q.x), iy = static_cast<int>(q.y);
    const double fx = ease(q.x - ix), fy = ease(q.y - iy);
    const auto v = [&](int x, int y) { return lattice_[static_cast<size_t>((y & 7) * 8 + (x & 7))]; };
    const double top = v(ix, iy) + (v(ix + 1, iy) - v(ix, iy)) * fx;
    const double bottom = v(ix, iy + 1) + (v(ix + 1, iy + 1) - v(ix, iy + 1)) * fx;
    return top + (bottom - top) * fy;
  }
  static double ease(double t) { return t * t * (3 - 2 * t); }

  int kind_;
  Point turn_;
  double period_, phase_;
  std::array<double, 64> lattice_{};
};

// A surface: one colour blending into another along a texture.
struct Surface {
  Colour from, to;
  Texture texture;

  Colour operator()(Point p) const { return mix(from, to, texture.at(p)); }
};

Surface surface_near(const Colour& colour, double variation, DemoRandom& random) {
  const Colour to = random_colour_near(colour, variation, random);
  return {colour, to, Texture(random)};
}

// A straight stroke, `half_width` to either side of the segment of `half_length` around the centre.
void paint_stroke(Canvas& canvas, Point centre, double half_length, double half_width, const Surface& surface,
                  DemoRandom& random) {
  const Point turn = random_turn(random);
  const auto contains = [&](Point p) {
    const double dx = p.x - centre.x, dy = p.y - centre.y;
    return std::abs(turn.x * dx + turn.y * dy) <= half_length &&
           std::abs(turn.x * dy - turn.y * dx) <= half_width;
  };
  canvas.paint(centre, half_length + half_width, contains, surface);
}

void paint_disc(Canvas& canvas, Point centre, double radius, const Surface& surface) {
  const auto contains = [&](Point p) {
    const double dx = p.x - centre.x, dy = p.y - centre.y;
    return dx * dx + dy * dy <= radius * radius;
  };
  canvas.paint(centre, radius, contains, surface);
}

Point random_point(DemoRandom& random) {
  return {random.uniform(0, kDemoSide), random.uniform(0, kDemoSide)};
}

// Strokes and discs behind the shape, some in its own colour.
void paint_clutter(Canvas& canvas, const Colour& ground, const Colour& shape, double hardness,
                   DemoRandom& random) {
  const int count = static_cast<int>(random.uniform(0, 1 + 6 * hardness));
  for (int i = 0; i < count; ++i) {
    const bool confusing = random.chance(0.6 * hardness);
    const Colour colour = confusing ? shape : random_colour_near(ground, random.uniform(20, 90), random);
    const Surface surface = surface_near(colour, 10, random);
    const Point centre = random_point(random);
    const double size = random.uniform();  // drawn first: arguments are evaluated in any order
    if (random.chance(0.5))
      paint_stroke(canvas, centre, 3 + 7 * size, random.uniform(0.6, 2), surface, random);
    else
      paint_disc(canvas, centre, 1 + 2.5 * size, surface);
  }
}

// Strokes and discs in front of the shape, mostly in the background's colours, so that they cut pieces out.
void paint_occluders(Canvas& canvas, const PosedShape& shape, const Surface& ground, double hardness,
                     DemoRandom& random) {
  const int count = static_cast<int>(random.uniform(0, 0.6 + 2.6 * hardness));
  for (int i = 0; i < count; ++i) {
    const double r = shape.radius();
    const Point centre{shape.centre().x + r * random.uniform(-0.9, 0.9),
                       shape.centre().y + r * random.uniform(-0.9, 0.9)};
    const Surface surface =
        random.chance(0.6) ? ground : surface_near(random_colour(25, 230, random), 30, random);
    if (random.chance(0.5))
      paint_stroke(canvas, centre, kMiddle, random.uniform(0.7, 1 + 2 * hardness), surface, random);
    else
      paint_disc(canvas, centre, r * random.uniform(0.2, 0.35 + 0.35 * hardness), surface);
  }
}

}  // namespace

DemoImage render_demo_image(uint64_t seed, uint64_t index, double difficulty) {
  DemoRandom random((seed ^ (index << 20)) * 0x9e3779b97f4a7c15u, seed);
  DemoImage image{.label = static_cast<DemoShape>(index % kDemoClasses.size())};
  const double u = random.uniform();
  const double hardness = std::min(1.0, difficulty * (0.1 + 0.9 * u * std::sqrt(u)));

  Canvas canvas(kDemoSide);
  const double contrast = random.uniform(120 - 95 * hardness, 180 - 100 * hardness);
  const bool dark = random.chance(0.25 * hardness);
  const Colour base = dark ? random_colour(100, 240, random) : random_colour(10, 120, random);
  const Colour front = random_lighter(base, dark ? -contrast : contrast, random);
  const Surface ground = surface_near(base, random.uniform(0.1, 0.1 + 0.5 * hardness) * contrast, random);
  const Surface paint = surface_near(front, random.uniform(0, 0.5 * hardness) * contrast, random);
  canvas.fill(ground);
  paint_clutter(canvas, base, front, hardness, random);
  const PosedShape shape(image.label, hardness, random);
  canvas.paint(
      {kMiddle, kMiddle}, kMiddle, [&](Point p) { return shape.contains(p); }, paint);
  paint_occluders(canvas, shape, ground, hardness, random);
  for (double left = random.uniform(0, 0.3 + 1.7 * hardness); left > 0; left -= 1)
    canvas.blur(std::min(left, 1.0));
  canvas.add_noise(random.uniform(1, 4 + 26 * hardness), random);
  canvas.store(image.pixels.data());
  return image;
}

}  // namespace fxe
