// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/layer_norm.h"

#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

struct Moments {
  double mean = 0, of_sizes = 0, variance = 0;
};

Moments moments(const Image& x, int64_t n, int64_t h, int64_t w) {
  const int64_t channels = x.tensor().c;
  Moments m;
  for (int64_t c = 0; c < channels; ++c) {
    m.mean += double{x.at(n, c, h, w)} / static_cast<double>(channels);
    m.of_sizes += std::fabs(double{x.at(n, c, h, w)}) / static_cast<double>(channels);
  }
  for (int64_t c = 0; c < channels; ++c)
    m.variance += std::pow(double{x.at(n, c, h, w)} - m.mean, 2) / static_cast<double>(channels);
  return m;
}

class NhwcLayerNorm : public NhwcKernels {
 protected:
  void expect_normalised(const Image& x, bool affine, float epsilon) {
    const NhwcTensor& t = x.tensor();
    Random random(9, "affine");
    const PerChannel scale(type(), normals(random, static_cast<size_t>(t.c), 1, 1)),
        shift(type(), normals(random, static_cast<size_t>(t.c)));
    LayerNormParameters norm{.epsilon = epsilon};
    if (affine) norm.scale = scale.data(), norm.shift = shift.data();
    expect(
        Image(type(), t.n, t.c, t.h, t.w),
        [&](Queue& q, const NhwcTensor& y) { launch_nhwc_layer_norm(q, x.tensor(), norm, y); },
        [&](int64_t in, int64_t ic, int64_t ih, int64_t iw) {
          // d = x - m errs by m's error, c + 1 roundings of terms whose sizes sum to A, and by one rounding
          // of its own; v by c + 4 roundings and the square of m's error; then come half of v's error, the
          // root, the quotient, the products.
          const Moments m = moments(x, in, ih, iw);
          const auto terms = static_cast<double>(t.c);
          const double v = m.variance + double{epsilon}, d = double{x.at(in, ic, ih, iw)} - m.mean;
          const double of_mean = (terms + 1) * kUnit * m.of_sizes;
          const double of_variance = (terms + 4) * kUnit + of_mean * of_mean / v;
          const double factor = (affine ? scale[ic] : 1.0) / std::sqrt(v);
          const double y = d * factor + (affine ? shift[ic] : 0.0);
          return within(y, std::fabs(factor) * (of_mean + std::fabs(d) * (of_variance / 2 + 6 * kUnit)) +
                               kUnit * std::fabs(y));
        });
  }
};

TEST_P(NhwcLayerNorm, NormalisesEachPixel) {
  for (const int64_t c : {1, 3, 8, 13, 96, 250, 768})
    for (const bool affine : {false, true}) {
      const Image x = image("x", 2, c, 3, c > 100 ? 1 : 5);
      expect_normalised(x, affine, 1e-5f);
    }
}

// Computed as E[x^2] - m^2, the variance would be noise here.
TEST_P(NhwcLayerNorm, KeepsASmallVarianceAroundALargeMean) {
  const int64_t c = 250;
  std::vector<float> x = values("offset", c * 4);
  for (float& v : x) v = rounded(type(), 1000 + v);
  expect_normalised({type(), 2, c, 2, 1, x}, true, 1e-6f);
}

TEST_P(NhwcLayerNorm, EpsilonDecidesWhereAllIsEqual) {
  expect_normalised({type(), 1, 10, 1, 1, std::vector<float>(10, 0.5f)}, false, 0.25f);
  std::vector<float> x = values("small", 20, 0.01);
  expect_normalised({type(), 1, 20, 1, 1, x}, true, 0.25f);
}

TEST_P(NhwcLayerNorm, NanStaysInItsPixel) {
  std::vector<float> values_with_nan = values("x", 12 * 4);
  values_with_nan[0] = kNan;  // channel 0 of pixel 0
  const Image x(type(), 1, 12, 2, 2, values_with_nan);
  Image y(type(), 1, 12, 2, 2);
  launch_nhwc_layer_norm(*queue_, x.tensor(), {}, y.tensor());
  for (int64_t c = 0; c < 12; ++c)
    for (int64_t pixel = 0; pixel < 4; ++pixel)
      EXPECT_EQ(std::isnan(y.at(0, c, pixel / 2, pixel % 2)), pixel == 0);
}

// Every thread has read before any writes.
TEST_P(NhwcLayerNorm, MayOverwriteItsInput) {
  const Image x = image("x", 1, 250, 3, 3);
  Image expected(type(), 1, 250, 3, 3);
  launch_nhwc_layer_norm(*queue_, x.tensor(), {}, expected.tensor());
  for (const Schedule& schedule : schedules()) {
    simt::options() = schedule.options;
    Image y = image("x", 1, 250, 3, 3);
    launch_nhwc_layer_norm(*queue_, y.tensor(), {}, y.tensor());
    EXPECT_TRUE(compare_exact(y.plain(), expected.plain())) << schedule.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, NhwcLayerNorm, testing::Values(DType::f32, DType::f16, DType::bf16),
                         [](const auto& type) { return std::string(name(type.param)); });

}  // namespace
}  // namespace fxe::test
