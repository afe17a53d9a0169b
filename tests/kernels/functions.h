// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/pointwise_function.h"

namespace fxe::test {

// A function in double precision, and how far its evaluation in fp32 may be off (docs/design/numerics.md).
struct ExactFunction {
  PointwiseFunction f;
  double (*value)(double x);
  double (*error)(double x, double y);  // in u = 2^-24
  double steepest;                      // the greatest |f'|
};

// Every kind, with the numbers that the lambdas repeat.
inline const std::vector<ExactFunction>& exact_functions() {
  using Kind = PointwiseFunction::Kind;
  static const auto none = [](double, double) { return 0.0; };
  static const std::vector<ExactFunction> functions{
      {{}, [](double x) { return x; }, none, 1},
      {{.kind = Kind::relu}, [](double x) { return std::max(x, 0.0); }, none, 1},
      {{.kind = Kind::leaky_relu, .slope = 0.25f}, [](double x) { return std::max(x, 0.25 * x); }, none, 1},
      {{.kind = Kind::clip, .low = 0.5f, .high = 1.5f},
       [](double x) { return std::clamp(x, 0.5, 1.5); },
       none,
       1},
      // The exponential to 2 ulp, the sum, the quotient; below 2^-126 it may be 0.
      {{.kind = Kind::sigmoid},
       [](double x) { return 1 / (1 + std::exp(-x)); },
       [](double, double y) { return 6 * y + 0x1p-102; },
       0.25},
      {{.kind = Kind::hard_sigmoid, .slope = 0.25f, .offset = 0.375f},
       [](double x) { return std::clamp(0.25 * x + 0.375, 0.0, 1.0); },
       [](double, double y) { return 2 * y + 0.75; },
       0.25},
      {{.kind = Kind::hard_swish},
       [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; },
       [](double x, double y) { return 2 * (std::fabs(x) * (std::min(std::fabs(x) / 6, 1.0) + 0.5) + y); },
       1.5},
      {{.kind = Kind::silu},
       [](double x) { return x / (1 + std::exp(-x)); },
       [](double x, double y) { return 7 * std::fabs(y) + 0x1p-102 * std::fabs(x); },
       1.1},
      {{.kind = Kind::gelu},
       [](double x) { return x / 2 * std::erfc(-x / std::sqrt(2.0)); },
       [](double x, double y) { return 3 * (std::fabs(x) + std::fabs(y)); },
       1.13},
      {{.kind = Kind::gelu_tanh},
       [](double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); },
       [](double x, double y) { return 4 * std::fabs(x) + 3 * std::fabs(y); },
       1.13}};
  return functions;
}

}  // namespace fxe::test
