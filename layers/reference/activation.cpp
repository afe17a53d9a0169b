// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/activation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fxe::reference {

namespace {

using Kind = Activation::Kind;

constexpr double kUnit = 0x1p-24, kFlushed = 0x1p-126;

struct Numbers {
  explicit Numbers(const Activation& act)
      : slope(static_cast<double>(act.slope)),
        offset(static_cast<double>(act.offset)),
        low(static_cast<double>(act.low)),
        high(static_cast<double>(act.high)) {}
  double slope, offset, low, high;
};

// Comparisons that let NaN through.
double clipped(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

constexpr double kCube = 0.044715;
double tanh_argument(double x) { return std::sqrt(2 * std::numbers::inv_pi) * (x + kCube * x * x * x); }

// For the smooth kinds.
double derivative(Kind kind, double x) {
  if (kind == Kind::silu) return sigmoid(x) * (1 + x * (1 - sigmoid(x)));
  if (kind == Kind::gelu) {
    const double density = std::exp(-x * x / 2) * std::sqrt(std::numbers::inv_pi / 2);
    return std::erfc(-x / std::numbers::sqrt2) / 2 + x * density;
  }
  const double s = sigmoid(2 * tanh_argument(x));  // (1 + tanh) / 2
  return s + 2 * x * s * (1 - s) * std::sqrt(2 * std::numbers::inv_pi) * (1 + 3 * kCube * x * x);
}

// f' is 0 below -3, (2 x + 3) / 6 from there to 3, and 1 above.
double steepest_hard_swish(double from, double to) {
  double slope = to > 3 ? 1 : 0;
  if (to >= -3 && from <= 3)
    for (const double x : {from, to})
      slope = std::max(slope, std::fabs(2 * std::clamp(x, -3.0, 3.0) + 3) / 6);
  return slope;
}

}  // namespace

double apply(const Activation& act, double x) {
  const Numbers n(act);
  switch (act.kind) {
    case Kind::none:
      return x;
    case Kind::relu:
      return x < 0 ? 0 : x;
    case Kind::leaky_relu:
      return x < 0 ? n.slope * x : x;
    case Kind::clip:
      return clipped(x, n.low, n.high);
    case Kind::sigmoid:
      return sigmoid(x);
    case Kind::hard_sigmoid:
      return clipped(n.slope * x + n.offset, 0, 1);
    case Kind::hard_swish:
      return x * clipped(x + 3, 0, 6) / 6;
    case Kind::silu:
      return x * sigmoid(x);
    case Kind::gelu:
      return x / 2 * std::erfc(-x / std::numbers::sqrt2);  // 1 + erf(x) without cancellation
    case Kind::gelu_tanh:
      return x * sigmoid(2 * tanh_argument(x));  // 1 + tanh(x) without cancellation
  }
  return x;
}

double steepest(const Activation& act) {
  switch (act.kind) {
    case Kind::none:
    case Kind::relu:
    case Kind::clip:
      return 1;
    case Kind::leaky_relu:
      return std::max(1.0, std::fabs(Numbers(act).slope));
    case Kind::sigmoid:
      return 0.25;
    case Kind::hard_sigmoid:
      return std::fabs(Numbers(act).slope);
    case Kind::hard_swish:
      return 1.5;
    case Kind::silu:
      return 1.0999;  // at 2.3994
    case Kind::gelu:
      return 1.1290;  // at sqrt(2)
    case Kind::gelu_tanh:
      return 1.1290;  // near 1.42
  }
  return 1;
}

double steepest(const Activation& act, double x, double reach) {
  const Numbers n(act);
  switch (act.kind) {
    case Kind::none:
      return 1;
    case Kind::relu:
      return x < -reach ? 0 : 1;
    case Kind::leaky_relu:
      return x < -reach ? std::fabs(n.slope) : steepest(act);
    case Kind::clip:
      return x < n.low - reach || x > n.high + reach ? 0 : 1;
    case Kind::sigmoid: {
      const double y = sigmoid(std::max(std::fabs(x) - reach, 0.0));
      return y * (1 - y);
    }
    case Kind::hard_sigmoid: {
      const double y = n.slope * x + n.offset, room = steepest(act) * reach;
      return y < -room || y > 1 + room ? 0 : steepest(act);
    }
    case Kind::hard_swish:
      return steepest_hard_swish(x - reach, x + reach);
    case Kind::silu:
    case Kind::gelu:
    case Kind::gelu_tanh:
      return std::max({std::fabs(derivative(act.kind, x - reach)), std::fabs(derivative(act.kind, x)),
                       std::fabs(derivative(act.kind, x + reach))});
  }
  return 1;
}

bool rounds(const Activation& act) {
  return act.kind != Kind::none && act.kind != Kind::relu && act.kind != Kind::clip;
}

double evaluation_error(const Activation& act, double x) {
  const Numbers n(act);
  const double size = std::fabs(x), y = std::fabs(apply(act, x));
  switch (act.kind) {
    case Kind::none:
    case Kind::relu:
    case Kind::leaky_relu:  // its product is the result
    case Kind::clip:
      return 0;
    case Kind::sigmoid:  // the exponential 4 u, the sum, the quotient
      return 6 * kUnit * y + kFlushed;
    case Kind::hard_sigmoid: {  // product and sum, where they are not clipped
      const double offset = std::fabs(n.offset);
      return 2 * kUnit * (std::min(std::fabs(n.slope * x), 1 + offset) + offset);
    }
    case Kind::hard_swish:  // as x times a hard sigmoid of slope 1/6
      return 2 * kUnit * (size * (std::min(size / 6, 1.5) + 0.5) + y);
    case Kind::silu:  // as x times a sigmoid
      return 7 * kUnit * y + kFlushed * size;
    case Kind::gelu:       // erf to 6 u, its argument, and the sum 1 + erf, which cancels below 0
    case Kind::gelu_tanh:  // tanh to 4 u, its argument 3 u
      return kUnit * (4 * size + 3 * y);
  }
  return 0;
}

}  // namespace fxe::reference
