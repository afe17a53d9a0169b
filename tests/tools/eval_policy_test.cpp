// SPDX-License-Identifier: Apache-2.0
// What "fxe eval" predicts under its policies, against what it predicts with fixed numbers of members.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

// Margins of two runs at different batch sizes differ by rounding: far less than this on networks this small.
constexpr double kNear = 1e-4;

std::vector<double> margins(const std::vector<Prediction>& rows) {
  std::vector<double> values;
  for (const auto& r : rows) values.push_back(r.margin);
  return values;
}

// Thresholds between observed margins, at which every number of members occurs.
struct Exits {
  std::vector<Prediction> after[3];  // first:1, first:2, full at batch 1
  double t[2];
  std::string policy;

  Exits() {
    for (int k = 0; k < 3; ++k)
      after[k] = small_ensemble().predictions({"--policy", fmt::format("first:{}", k + 1)});
    for (int k = 0; k < 2; ++k) t[k] = between(margins(after[k]), 0.6);
    policy = fmt::format("t:{:.17g},{:.17g}", t[0], t[1]);
  }
};
const Exits& exits() {
  static const Exits made;
  return made;
}

class EvalAtBatch : public testing::TestWithParam<int> {
 protected:
  std::string file(const std::string& policy) {
    return small_ensemble().predictions_file({"--policy", policy, "--batch", std::to_string(GetParam())});
  }
};

TEST_P(EvalAtBatch, ThresholdOneIsTheFullEnsembleInEveryByte) { EXPECT_EQ(file("t:1"), file("full")); }

TEST_P(EvalAtBatch, AThresholdNoMarginReachesIsTheFullEnsembleInEveryByte) {
  double largest = 0;
  for (const auto& rows : exits().after)
    for (double m : margins(rows)) largest = std::max(largest, m);
  ASSERT_LT(largest + kNear, 1);
  EXPECT_EQ(file(fmt::format("t:{:.17g}", largest + kNear)), file("full"));
}

TEST_P(EvalAtBatch, NegativeThresholdIsTheFirstMemberInEveryByte) {
  EXPECT_EQ(file("t:-1"), file("first:1"));
}

INSTANTIATE_TEST_SUITE_P(Batches, EvalAtBatch, testing::Values(1, 7, 32));

TEST(EvalPolicy, EveryRowIsThatOfTheMembersItRan) {
  const auto rows = small_ensemble().predictions({"--policy", exits().policy});
  ASSERT_EQ(rows.size(), static_cast<size_t>(SmallEnsemble::kImages));
  std::set<int> seen;
  for (size_t i = 0; i < rows.size(); ++i) {
    int members = 3;
    for (int k = 2; k >= 1; --k)
      if (exits().after[k - 1][i].margin > exits().t[k - 1]) members = k;
    const Prediction& expected = exits().after[members - 1][i];
    EXPECT_EQ(rows[i].path, expected.path);
    EXPECT_EQ(rows[i].members, members) << rows[i].path;
    EXPECT_EQ(rows[i].predicted, expected.predicted) << rows[i].path;
    EXPECT_EQ(rows[i].p1, expected.p1) << rows[i].path;
    EXPECT_EQ(rows[i].p2, expected.p2) << rows[i].path;
    EXPECT_EQ(rows[i].margin, expected.margin) << rows[i].path;
    EXPECT_EQ(rows[i].status, "ok");
    seen.insert(members);
  }
  EXPECT_EQ(seen, (std::set<int>{1, 2, 3})) << "the thresholds must let images stop everywhere";
}

TEST(EvalPolicy, BatchesDecideAsImagesAlone) {
  const auto alone = small_ensemble().predictions({"--policy", exits().policy});
  for (int batch : {2, 5, 7, 32, 64}) {
    const auto rows =
        small_ensemble().predictions({"--policy", exits().policy, "--batch", std::to_string(batch)});
    ASSERT_EQ(rows.size(), alone.size());
    int compared = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      bool near = false;
      for (int k = 0; k < 2; ++k) near |= std::abs(exits().after[k][i].margin - exits().t[k]) < kNear;
      if (near || alone[i].margin < kNear) continue;
      ++compared;
      EXPECT_EQ(rows[i].members, alone[i].members) << rows[i].path << ", batch " << batch;
      EXPECT_EQ(rows[i].predicted, alone[i].predicted) << rows[i].path << ", batch " << batch;
      EXPECT_NEAR(rows[i].margin, alone[i].margin, kNear) << rows[i].path << ", batch " << batch;
    }
    EXPECT_GT(compared, SmallEnsemble::kImages * 9 / 10);
  }
}

TEST(EvalPolicy, RaisingAThresholdNeverTakesMembersAway) {
  std::vector<int> before(SmallEnsemble::kImages, 0);
  int raised = 0;
  for (double t : {-1.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0}) {
    const auto rows = small_ensemble().predictions({"--policy", fmt::format("t:{}", t)});
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_GE(rows[i].members, before[i]) << rows[i].path << ", t " << t;
      raised += rows[i].members > before[i];
      before[i] = rows[i].members;
    }
  }
  EXPECT_GT(raised, SmallEnsemble::kImages) << "the thresholds must change something";
}

TEST(EvalPolicy, TheOrderOfMembersLeavesTheFullEnsemblesLabels) {
  Folder folder;
  const auto& small = small_ensemble();
  const auto full = small.predictions({"--policy", "full"});
  for (const std::string order : {"bca", "cba"}) {
    std::vector<std::string> init = {"init"};
    for (char member : order) init.push_back(small.folder / (std::string(1, member) + ".safetensors"));
    init.insert(init.end(), {"-o", folder / (order + ".json")});
    ASSERT_EQ(fxe(init).code, 0);
    const auto rows = small.predictions({"--policy", "full"}, folder / (order + ".json"));
    ASSERT_EQ(rows.size(), full.size());
    int exact = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_NEAR(rows[i].margin, full[i].margin, 1e-5) << rows[i].path << ", order " << order;
      exact += rows[i].margin == full[i].margin;
      if (full[i].margin > 1e-5) {
        EXPECT_EQ(rows[i].predicted, full[i].predicted) << rows[i].path << ", order " << order;
      }
    }
    EXPECT_LT(exact, SmallEnsemble::kImages) << "order " << order << " was not run in another order";
  }
}

}  // namespace
}  // namespace fxe::test
