// SPDX-License-Identifier: Apache-2.0
#include "tools/demo_shape.h"

#include <cmath>
#include <span>

namespace fxe {

namespace {

// Even-odd rule, division-free.
bool in_polygon(std::span<const Point> corners, Point p) {
  bool inside = false;
  for (size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
    const Point a = corners[i], b = corners[j];
    if ((a.y > p.y) == (b.y > p.y)) continue;
    const double side = (p.x - a.x) * (b.y - a.y) - (b.x - a.x) * (p.y - a.y);
    inside ^= (side < 0) == (b.y > a.y);
  }
  return inside;
}

bool in_rectangle(Point p, double half_width, double half_height) {
  return std::abs(p.x) <= half_width && std::abs(p.y) <= half_height;
}

double square_of(double v) { return v * v; }

bool in_arrow(Point p, double form) {
  const double shaft = 0.26 + 0.09 * form, neck = 0.05 + 0.2 * form;
  const std::array<Point, 7> corners = {
      {{1, 0}, {neck, 0.75}, {neck, shaft}, {-0.95, shaft}, {-0.95, -shaft}, {neck, -shaft}, {neck, -0.75}}};
  return in_polygon(corners, p);
}

bool in_crescent(Point p, double form) {
  const double shift = 0.48 + 0.13 * form;
  return square_of(p.x) + square_of(p.y) <= 1 && square_of(p.x) + square_of(p.y - shift) > 0.64;
}

bool in_cross(Point p, double form) {
  const double arm = 0.31 + 0.1 * form;
  return in_rectangle(p, 0.95, arm) || in_rectangle(p, arm, 0.95);
}

// (x^2 + y^2 - 1)^3 < x^2 y^3, the usual heart curve.
bool in_heart(Point p, double form) {
  const double x = p.y * (1.2 + 0.1 * form), y = p.x * 1.2 + 0.1;
  const double r = x * x + y * y - 1;
  return r * r * r < x * x * y * y * y;
}

bool in_hexagon(Point p) {
  const double x = std::abs(p.x), y = std::abs(p.y);
  return y <= 0.866025403784439 && x * 1.7320508075688772 + y <= 1.7320508075688772;
}

bool in_ring(Point p, double form) {
  const double r = square_of(p.x) + square_of(p.y);
  return r <= 1 && r >= square_of(0.55 + 0.17 * form);
}

// Five points; (cosine, sine) of 36 degrees times i.
bool in_star(Point p, double form) {
  static constexpr std::array<Point, 10> kUnit = {{{1, 0},
                                                   {0.809016994374947, 0.587785252292473},
                                                   {0.309016994374947, 0.951056516295154},
                                                   {-0.309016994374947, 0.951056516295154},
                                                   {-0.809016994374947, 0.587785252292473},
                                                   {-1, 0},
                                                   {-0.809016994374947, -0.587785252292473},
                                                   {-0.309016994374947, -0.951056516295154},
                                                   {0.309016994374947, -0.951056516295154},
                                                   {0.809016994374947, -0.587785252292473}}};
  const double inner = 0.48 + 0.12 * form;
  std::array<Point, 10> corners = kUnit;
  for (size_t i = 1; i < corners.size(); i += 2) corners[i] = {kUnit[i].x * inner, kUnit[i].y * inner};
  return in_polygon(corners, p);
}

bool in_triangle(Point p) {
  static constexpr std::array<Point, 3> kCorners = {
      {{1, 0}, {-0.5, 0.866025403784439}, {-0.5, -0.866025403784439}}};
  return in_polygon(kCorners, p);
}

bool in_shape(DemoShape shape, Point p, double form) {
  switch (shape) {
    case DemoShape::arrow:
      return in_arrow(p, form);
    case DemoShape::circle:
      return square_of(p.x) + square_of(p.y) <= 0.85;
    case DemoShape::crescent:
      return in_crescent(p, form);
    case DemoShape::cross:
      return in_cross(p, form);
    case DemoShape::heart:
      return in_heart(p, form);
    case DemoShape::hexagon:
      return in_hexagon(p);
    case DemoShape::ring:
      return in_ring(p, form);
    case DemoShape::square:
      return in_rectangle(p, 0.75, 0.75);
    case DemoShape::star:
      return in_star(p, form);
    case DemoShape::triangle:
      return in_triangle(p);
  }
  return false;
}

// (cosine, sine) of the angle whose half has tangent t: a rotation without libm.
Point turn_by(double t) {
  const double d = 1 + t * t;
  return {(1 - t * t) / d, 2 * t / d};
}

}  // namespace

Point random_turn(DemoRandom& random) {
  const Point p = turn_by(random.uniform(-1, 1));
  switch (random.below(4)) {
    case 0:
      return p;
    case 1:
      return {-p.y, p.x};
    case 2:
      return {-p.x, -p.y};
    default:
      return {p.y, -p.x};
  }
}

PosedShape::PosedShape(DemoShape shape, double hardness, DemoRandom& random)
    : shape_(shape),
      radius_(random.uniform(12 - 4.5 * hardness, 14 - 3 * hardness)),
      form_(random.uniform(-1, 1) * (0.3 + 0.7 * hardness)),
      aspect_(1 - 0.42 * hardness * random.uniform()),
      shear_(0.35 * hardness * random.uniform(-1, 1)),
      bend_(0.45 * hardness * random.uniform(-1, 1)),
      mirror_(random.chance(0.5) ? -1 : 1),
      turn_(turn_by(random.uniform(-1, 1) * (0.1 + 0.3 * hardness))) {
  const double room = 0.8 * (16 - radius_) + 2.5 * hardness;
  centre_ = {16 + room * random.uniform(-1, 1), 16 + room * random.uniform(-1, 1)};
}

bool PosedShape::contains(Point pixel) const {
  const double dx = (pixel.x - centre_.x) / radius_, dy = (pixel.y - centre_.y) / radius_;
  Point p{turn_.y * dx - turn_.x * dy, mirror_ * (turn_.x * dx + turn_.y * dy)};
  p.y /= aspect_;
  p.x += shear_ * p.y + bend_ * (p.y * p.y - 0.4);
  return in_shape(shape_, p, form_);
}

}  // namespace fxe
