// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/label_warning.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fxe::test {
namespace {

struct Answers {
  int right = 0, above = 0, below = 0, others = 0, unlabelled = 0, failed = 0;
};

std::string warning(const Answers& a, int64_t classes) {
  Evaluation e(1);
  const auto add = [&](int count, int label, int answer, RowStatus status = RowStatus::ok) {
    for (int i = 0; i < count; ++i)
      e.add(label, {answer, 0.5f, 0.1f, 0.4f, 1, status}, {answer == label, answer == label});
  };
  add(a.right, 1, 1);
  add(a.above, 1, 2);
  add(a.below, 1, 0);
  add(a.others, 1, 5);
  add(a.unlabelled, -1, 0);
  add(a.failed, 0, -1, RowStatus::failed);
  return label_warning(e, classes);
}

std::string by_chance(int right, int of, int64_t classes) {
  return fmt::format(
      "{} of {} answers are right, as by chance (1 of {}): are these labels in the order of the networks' "
      "classes?",
      right, of, classes);
}

// Binomial tails by exact sums: of 20 images, one right of 1000 classes has P = 0.0198, two 1.9e-4; none of n
// right at (1 + 1/10) / 2 has 0.0017 for n = 8 and 7.6e-4 for 9; of 60 images, 12 right of 10 classes have
// 0.0146, 13 have 0.0057.
TEST(LabelWarning, AsByChance) {
  EXPECT_EQ(warning({.others = 20}, 1000), by_chance(0, 20, 1000));
  EXPECT_EQ(warning({.right = 1, .others = 19}, 1000), by_chance(1, 20, 1000));
  EXPECT_EQ(warning({.right = 2, .others = 18}, 1000), "");
  EXPECT_EQ(warning({.others = 8}, 10), "");
  EXPECT_EQ(warning({.others = 9}, 10), by_chance(0, 9, 10));
  EXPECT_EQ(warning({.right = 12, .others = 48}, 10), by_chance(12, 60, 10));
  EXPECT_EQ(warning({.right = 13, .others = 47}, 10), "");
}

// At two classes, 33 of 60 have 0.26 by chance and 5.9e-4 at 3/4, 34 have 1.5e-3 there.
TEST(LabelWarning, TwoClassesNeedMoreImages) {
  EXPECT_EQ(warning({.right = 33, .others = 27}, 2), by_chance(33, 60, 2));
  EXPECT_EQ(warning({.right = 34, .others = 26}, 2), "");
  EXPECT_EQ(warning({.others = 100}, 1), "");
}

// Of 20 images, 10 of 10 classes have 7.2e-6 by chance, 11 have 7.1e-7.
TEST(LabelWarning, ShiftedByOne) {
  EXPECT_EQ(
      warning({.right = 8, .below = 11, .others = 1}, 10),
      "8 of 20 answers are right, but 11 are one class below their labels: do the labels count from 1?");
  EXPECT_EQ(
      warning({.right = 8, .above = 11, .others = 1}, 10),
      "8 of 20 answers are right, but 11 are one class above their labels: do the networks have a background "
      "class in front?");
  EXPECT_EQ(warning({.right = 8, .below = 10, .others = 2}, 10), "");
  EXPECT_EQ(warning({.right = 20, .below = 20}, 10), "");
}

TEST(LabelWarning, OfLabelledImagesOnly) {
  EXPECT_EQ(warning({.unlabelled = 100}, 10), "");
  EXPECT_EQ(warning({.right = 9, .unlabelled = 100}, 10), "");
  EXPECT_EQ(warning({.right = 50, .failed = 50}, 10), "");  // no answer is not the class before 0
}

}  // namespace
}  // namespace fxe::test
