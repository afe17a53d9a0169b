// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/error_correlation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "layers/graph_builder.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr int64_t kTerms = 1024, kCopies = 64;
constexpr int kPaths = 2000;         // a root mean square of that many is good to 1 / sqrt(2 kPaths) = 1.6 %
constexpr double kTolerance = 0.06;  // nearly four times that

Tensor constant(const Shape& shape, float value) {
  return Tensor::from_floats(shape, std::vector<float>(static_cast<size_t>(shape.elements()), value));
}

// A long sum; with `mean`, copied to many channels whose mean is taken: the sum's error comes back whole,
// while independent errors would cancel.
Model model(bool mean) {
  GraphBuilder g;
  ValueId x = g.linear("sum", g.flatten("flatten", g.input(kTerms, 1, 1)), 1);
  Model m;
  m.weights = {{"sum.weight", constant({1, kTerms}, 1)}, {"sum.bias", constant({1}, 0)}};
  if (mean) {
    x = g.linear("mean", g.linear("copies", x, kCopies), 1);
    m.weights["copies.weight"] = constant({kCopies, 1}, 1);
    m.weights["copies.bias"] = constant({kCopies}, 0);
    m.weights["mean.weight"] = constant({1, kCopies}, 1.0f / kCopies);
    m.weights["mean.bias"] = constant({1}, 0);
  }
  m.graph = g.finish(x);
  return m;
}

double factor(const Model& m, const std::vector<float>& input) {
  return error_correlation(m, input, 1, reference_network(m, input, 1),
                           LayerReference::rounding(Precision::fp32), kPaths)
      .factor.at(0);
}

class ErrorCorrelation : public testing::Test {
 protected:
  Random random{7};
  const std::vector<float> input = normals(random, kTerms, 1, 0.1);
};

TEST_F(ErrorCorrelation, IsNoneInOneLayer) {
  const double f = factor(model(false), input);
  EXPECT_GE(f, 1);
  EXPECT_LT(f, 1 + kTolerance);
}

TEST_F(ErrorCorrelation, IsThatOfAnErrorThatEveryChannelShares) {
  const auto sigma = [&](const Model& m) { return reference_network(m, input, 1).sigma.at(0); };
  const double of_sum = std::pow(sigma(model(false)), 2), independent = std::pow(sigma(model(true)), 2);
  // Treated as independent, the 64 copies of the sum's error leave 1/64 of its variance.
  const double expected = std::sqrt((independent + of_sum * (1 - 1.0 / kCopies)) / independent);
  ASSERT_GT(expected, 2) << "the case must need the factor";
  EXPECT_NEAR(factor(model(true), input), expected, kTolerance * expected);
}

// Equal pixels err alike: their mean has the error of one. For a sum of 1024 terms that is 19 units, for the
// mean of 64 pixels 5; 64 independent errors would leave 19 / 8.
TEST_F(ErrorCorrelation, IsThatOfEqualPixels) {
  GraphBuilder g;
  const ValueId x = g.conv("sum", g.input(kTerms, 8, 8), {.k = 1});
  Model m{g.finish(g.global_average_pool("mean", x)), {}};
  m.weights = {{"sum.weight", constant({1, kTerms, 1, 1}, 1)}};
  std::vector<float> distinct = normals(random, kTerms * 64, 1, 0.1), equal = distinct;
  for (size_t i = 0; i < equal.size(); ++i) equal[i] = input[i / 64];
  const auto factor_of = [&](const std::vector<float>& image) {
    return error_correlation(m, image, 1, reference_network(m, image, 1)).factor.at(0);
  };
  EXPECT_LT(factor_of(distinct), 1.5);
  EXPECT_GT(factor_of(equal), 2.2);
}

TEST_F(ErrorCorrelation, WidensEachImageByItsOwn) {
  constexpr int kImages = 20;
  std::vector<float> images;
  for (int i = 0; i < kImages; ++i) images.insert(images.end(), input.begin(), input.end());
  images.resize((kImages + 1) * kTerms);  // the last image is 0 and has no errors
  const Model m = model(true);
  const auto before = reference_network(m, images, kImages + 1);
  auto after = before;
  widen_by_correlation(after, m, images, kImages + 1);
  double product = 1;
  for (size_t i = 0; i < kImages; ++i) product *= after.sigma[i] / before.sigma[i];
  const double expected = factor(m, input), found = std::pow(product, 1.0 / kImages);
  EXPECT_NEAR(found, expected, 0.3 * expected);
  EXPECT_EQ(after.sigma.back(), before.sigma.back());
  EXPECT_EQ(after.logits, before.logits);
}

}  // namespace
}  // namespace fxe::test
