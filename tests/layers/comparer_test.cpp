// SPDX-License-Identifier: Apache-2.0
#include "tests/support/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

const std::vector<double> kReference{1, -2, 3, 0.5};
double tiny(size_t) { return 1e-6; }
double huge(size_t) { return 100; }

TEST(Comparer, AcceptsEqualValuesAndReportsHeadRoom) {
  const std::vector<float> y{1, -2, 3, 0.5f};
  EXPECT_TRUE(compare(y, kReference, tiny));
  EXPECT_TRUE(compare_exact(y, kReference));
  const std::vector<double> shifted{1, -2, 3.25, 0.5};
  const Comparison c = compare(y, shifted, [](size_t) { return 0.5; });
  EXPECT_TRUE(c);
  EXPECT_EQ(c.worst, 2u);
  EXPECT_DOUBLE_EQ(c.percent_of_bound, 50);
  EXPECT_NE(c.message.find("element 2 of 4: found 3, expected 3.25"), std::string::npos) << c.message;
}

TEST(Comparer, RejectsNanAndInfinityWhereTheReferenceHasNone) {
  for (const float bad : {kNan, kInf, -kInf}) {
    const std::vector<float> y{1, bad, 3, 0.5f};
    const Comparison c = compare(y, kReference, huge);
    EXPECT_FALSE(c);
    EXPECT_EQ(c.worst, 1u);
  }
}

TEST(Comparer, RejectsAMissingNanOrInfinity) {
  const std::vector<float> y{1, 1e30f};
  EXPECT_FALSE(compare(y, std::vector<double>{1, static_cast<double>(kNan)}, huge));
  EXPECT_FALSE(compare(y, std::vector<double>{1, static_cast<double>(kInf)}, huge));
  EXPECT_FALSE(
      compare(std::vector<float>{1, -kInf}, std::vector<double>{1, static_cast<double>(kInf)}, huge));
  EXPECT_TRUE(compare(std::vector<float>{kNan, kInf},
                      std::vector<double>{static_cast<double>(kNan), static_cast<double>(kInf)}, huge));
}

TEST(Comparer, RejectsOneUlpOver) {
  const float r = 1.5f;
  const double bound = std::ldexp(1.0, -23);  // one ulp of r
  const std::vector<float> one{std::nextafter(r, 2.0f), 0}, two{std::nextafter(one[0], 2.0f), 0};
  EXPECT_TRUE(compare(one, std::vector<double>{1.5, 0}, [&](size_t) { return bound; }));
  EXPECT_FALSE(compare(two, std::vector<double>{1.5, 0}, [&](size_t) { return bound; }));
  EXPECT_FALSE(compare_exact(one, std::vector<double>{1.5, 0}));
}

TEST(Comparer, RejectsZerosAndConstants) {
  EXPECT_FALSE(compare(std::vector<float>(4), kReference, huge));
  EXPECT_FALSE(compare(std::vector<float>(4, 1.25f), kReference, huge));
  EXPECT_TRUE(compare(std::vector<float>(4), std::vector<double>(4), huge));
  EXPECT_TRUE(compare(std::vector<float>{2}, std::vector<double>{2}, huge));
}

TEST(Comparer, RejectsSizesAndNothing) {
  EXPECT_FALSE(compare(std::vector<float>{1, -2, 3}, kReference, huge));
  EXPECT_FALSE(compare(std::vector<float>{}, std::vector<double>{}, huge));
}

TEST(Comparer, RejectsABoundThatIsNotANumber) {
  const std::vector<float> y{1, -2, 3.5f, 0.5f};
  EXPECT_FALSE(compare(y, kReference, [](size_t) { return static_cast<double>(kNan); }));
}

TEST(Comparer, RejectsSwappedChannels) {
  Random random(1);
  const std::vector<float> r = normals(random, 2 * 3 * 4);  // [2 3 4]
  std::vector<float> y = r;
  std::swap_ranges(y.begin(), y.begin() + 4, y.begin() + 4);
  EXPECT_FALSE(compare(y, std::vector<double>(r.begin(), r.end()), tiny));
}

TEST(Guarded, SeesWritesOutside) {
  for (const int64_t at : {-1, -100, 40, 41, 300}) {
    Guarded memory(40);
    auto* data = static_cast<unsigned char*>(memory.data());
    std::memset(data, 0, 40);
    EXPECT_TRUE(memory.intact());
    data[at] = 0;
    EXPECT_FALSE(memory.intact()) << at;
  }
}

TEST(Integers, AreSmallAndOftenNotZero) {
  Random random(3);
  for (const int64_t terms : {1, 27, 4608}) {
    const auto values = integers(random, 10000, terms);
    int nonzero = 0;
    for (const float v : values) {
      EXPECT_EQ(v, std::nearbyint(v));
      EXPECT_LE(std::fabs(v), 4);
      nonzero += v != 0;
    }
    EXPECT_GT(nonzero, 500) << terms;
  }
}

TEST(Random, IsTheSameEverywhere) {
  Random random(1);
  EXPECT_EQ(random.bits(), 0x910a2dec89025cc1u);  // SplitMix64's published sequence from 1
}

}  // namespace
}  // namespace fxe::test
