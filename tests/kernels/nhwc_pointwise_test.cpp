// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/pointwise.h"

#include "kernels/nhwc/gate.h"
#include "kernels/nhwc/prelu.h"
#include "tests/kernels/functions.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

TEST_P(NhwcKernels, PointwiseAddsScalesAndActivates) {
  const int64_t n = 2, c = 13, h = 3, w = 2;
  const Image x = image("x", n, c, h, w), other = image("other", n, c, h, w);
  Random random(3, "per channel");
  const PerChannel scale(type(), normals(random, c)), shift(type(), normals(random, c));
  const NhwcTensor none{};
  for (const ExactFunction& function : exact_functions())
    for (int which = 0; which < 8; ++which) {
      const bool scaled = which & 1, shifted = which & 2, added = which & 4;
      expect(
          Image(type(), n, c, h, w),
          [&](Queue& q, const NhwcTensor& y) {
            launch_nhwc_pointwise(q, x.tensor(), scaled ? scale.data() : nullptr,
                                  shifted ? shift.data() : nullptr, added ? other.tensor() : none, function.f,
                                  y);
          },
          [&](int64_t in, int64_t ic, int64_t ih, int64_t iw) {
            double v = x.at(in, ic, ih, iw), sum = 0;  // of what is rounded
            if (scaled) sum += std::fabs(v *= scale[ic]);
            if (shifted) sum += std::fabs(v += shift[ic]);
            if (added) sum += std::fabs(v += other.at(in, ic, ih, iw));
            const double y = function.value(v);
            return within(y, kUnit * (function.steepest * sum + function.error(v, std::fabs(y))));
          });
    }
}

// From where exponentials overflow to where they vanish, and around every corner.
TEST_P(NhwcKernels, FunctionsHoldEverywhere) {
  std::vector<float> points;
  for (const float x :
       {0.0f, 0x1p-14f, 0.001f, 0.1f,  0.5f,  1.0f,  1.5f,  2.5f,  2.9990234f, 3.0f,    3.0009766f, 4.0f,
        5.5f, 9.0f,     16.0f,  40.0f, 80.0f, 87.5f, 88.5f, 89.0f, 104.0f,     1000.0f, 6e4f})
    for (const float sign : {1.0f, -1.0f}) points.push_back(rounded(type(), sign * x));
  const auto count = static_cast<int64_t>(points.size());  // of channels, so that padding is next to them
  const Image x(type(), 1, count, 1, 1, points);
  for (const ExactFunction& function : exact_functions())
    expect(
        Image(type(), 1, count, 1, 1),
        [&](Queue& q, const NhwcTensor& y) {
          launch_nhwc_pointwise(q, x.tensor(), nullptr, nullptr, {}, function.f, y);
        },
        [&](int64_t, int64_t c, int64_t, int64_t) {
          const double v = points[static_cast<size_t>(c)], y = function.value(v);
          return within(y, kUnit * function.error(v, std::fabs(y)));
        });
}

TEST_P(NhwcKernels, FunctionsKeepNan) {
  const Image x(type(), 1, 8, 1, 2, std::vector<float>(16, kNan));
  Image y(type(), 1, 8, 1, 2);
  for (const ExactFunction& function : exact_functions()) {
    launch_nhwc_pointwise(*queue_, x.tensor(), nullptr, nullptr, {}, function.f, y.tensor());
    for (const float v : y.plain()) EXPECT_TRUE(std::isnan(v)) << static_cast<int>(function.f.kind);
  }
}

TEST_P(NhwcKernels, PReluHasASlopeForEachChannel) {
  for (const int64_t c : {1, 8, 13, 40}) {
    std::vector<float> x_values = values("prelu", 2 * c * 3 * 3);
    x_values[static_cast<size_t>(c * 9)] = kNan;  // of the second image
    const Image x(type(), 2, c, 3, 3, x_values);
    Random random(5, "slopes");
    const PerChannel slope(type(), normals(random, static_cast<size_t>(c)));
    expect(
        Image(type(), 2, c, 3, 3),
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_prelu(q, x.tensor(), slope.data(), y); },
        [&](int64_t n, int64_t ic, int64_t h, int64_t w) {
          const double v = x.at(n, ic, h, w), y = v < 0 ? slope[ic] * v : v;
          return within(y, kUnit * std::fabs(y));
        });
  }
}

TEST_P(NhwcKernels, GatesMultiplyWholeChannels) {
  for (const int64_t c : {3, 16, 21}) {
    std::vector<float> x_values = values("x", 3 * c * 4 * 3);
    x_values[1] = kNan;
    const Image x(type(), 3, c, 4, 3, x_values), gate = image("gate", 3, c, 1, 1);
    expect(
        Image(type(), 3, c, 4, 3),
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_gate(q, x.tensor(), gate.tensor(), y); },
        [&](int64_t n, int64_t ic, int64_t h, int64_t w) {
          const double y = double{x.at(n, ic, h, w)} * double{gate.at(n, ic, 0, 0)};
          return within(y, kUnit * std::fabs(y));
        });
  }
}

}  // namespace
}  // namespace fxe::test
