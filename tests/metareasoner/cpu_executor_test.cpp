// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cpu_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/error.h"
#include "tests/metareasoner/fake_ensemble.h"
#include "tests/support/allocations.h"

namespace fxe::test {
namespace {

constexpr size_t kMembers = 5, kImages = 67;
constexpr uint64_t kSeed = 11;

void expect_same(const std::vector<RowResult>& a, const std::vector<RowResult>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i], b[i])) << "image " << i;
}

class CpuExecutor : public testing::TestWithParam<std::tuple<int, Combine>> {
 protected:
  int capacity() const { return std::get<0>(GetParam()); }
  Combine combine() const { return std::get<1>(GetParam()); }
  FakeEnsemble ensemble_{kMembers, kImages, 10, capacity(), kSeed};
};

TEST_P(CpuExecutor, ThresholdOfOneIsTheFullEnsemble) {
  // A policy that must equal `full`: thresholds that no margin reaches.
  expect_same(ensemble_.run(plain_point(kMembers, 1, combine())),
              ensemble_.run(plain_point(kMembers, 1e30, combine())));
  for (const auto& row : ensemble_.run(plain_point(kMembers, 1, combine()))) EXPECT_EQ(row.members, kMembers);
}

TEST_P(CpuExecutor, NegativeThresholdIsTheFirstMember) {
  expect_same(ensemble_.run(plain_point(kMembers, -1, combine())),
              ensemble_.run(plain_point(1, 0, combine())));
}

// In double precision, image by image, with exits in between.
TEST_P(CpuExecutor, AgreesWithTheMethod) {
  const double threshold = 0.5;
  const auto rows = ensemble_.run(plain_point(kMembers, threshold, combine()));
  size_t stopped_early = 0;
  for (size_t i = 0; i < kImages; ++i) {
    std::vector<double> mean(10, 0);
    for (size_t k = 0; k < kMembers; ++k) {
      const auto& z = ensemble_.tables[k][i];
      double sum = 0;
      for (float v : z) sum += std::exp(static_cast<double>(v));
      for (size_t c = 0; c < 10; ++c) {
        const double x = combine() == Combine::logits ? z[c] : std::exp(static_cast<double>(z[c])) / sum;
        mean[c] += (x - mean[c]) / static_cast<double>(k + 1);
      }
      std::vector<double> p = mean;
      if (combine() == Combine::logits) {
        double total = 0;
        for (double m : mean) total += std::exp(m);
        for (size_t c = 0; c < 10; ++c) p[c] = std::exp(mean[c]) / total;
      }
      std::vector<double> sorted = p;
      std::sort(sorted.rbegin(), sorted.rend());
      const double margin = sorted[0] - sorted[1];
      ASSERT_GT(std::abs(margin - threshold), 1e-5)
          << "image " << i << " decides nothing: choose another seed";
      if (margin <= threshold && k + 1 < kMembers) continue;
      EXPECT_EQ(rows[i].members, static_cast<int32_t>(k + 1)) << "image " << i;
      EXPECT_EQ(rows[i].label, std::max_element(p.begin(), p.end()) - p.begin()) << "image " << i;
      EXPECT_NEAR(rows[i].margin, margin, 1e-6) << "image " << i;
      stopped_early += k + 1 < kMembers;
      break;
    }
  }
  EXPECT_GT(stopped_early, 5u);
  EXPECT_LT(stopped_early, kImages - 5);
}

TEST_P(CpuExecutor, BatchesDoNotMatter) {
  const auto point = plain_point(kMembers, 0.5, combine());
  const auto rows = ensemble_.run(point);
  FakeEnsemble one(kMembers, kImages, 10, 1, kSeed);
  expect_same(rows, one.run(point));
}

// Copies are made only once images have stopped.
TEST_P(CpuExecutor, ImagesInOrderAreReadWhereTheCallerWroteThem) {
  const int capacity = this->capacity();
  const int prepared = ensemble_.executor->prepare(plain_point(kMembers, 0.5, combine()));
  const float* const written = as_floats(ensemble_.executor->input(0, 0)).data();
  for (int i = 0; i < capacity; ++i)
    as_floats(ensemble_.executor->input(0, i))[0] = static_cast<float>(i % static_cast<int>(kImages));
  for (int run = 0; run < 2; ++run) {  // what the first has copied is not what the second begins with
    for (const auto& fake : ensemble_.fakes) fake->inputs.clear();
    const auto& batch = ensemble_.executor->run(prepared, capacity);
    for (size_t stage = 0; stage < kMembers; ++stage) {
      std::vector<float> went_on;
      for (int i = 0; i < capacity; ++i)
        if (batch.rows[static_cast<size_t>(i)].members > static_cast<int32_t>(stage))
          went_on.push_back(static_cast<float>(i % static_cast<int>(kImages)));
      const auto& inputs = ensemble_.fakes[stage]->inputs;
      if (went_on.empty()) {
        EXPECT_TRUE(inputs.empty());
        continue;
      }
      ASSERT_EQ(inputs.size(), 1u) << "stage " << stage;
      const bool in_order = std::equal(went_on.begin(), went_on.end(), written);
      EXPECT_EQ(inputs[0] == written, in_order) << "stage " << stage;
    }
  }
}

TEST_P(CpuExecutor, RaisingAThresholdNeverLowersMembers) {
  std::vector<RowResult> before = ensemble_.run(plain_point(kMembers, -1, combine()));
  for (double t = 0; t <= 1; t += 0.05) {
    const auto rows = ensemble_.run(plain_point(kMembers, t, combine()));
    for (size_t i = 0; i < kImages; ++i)
      EXPECT_GE(rows[i].members, before[i].members) << "t " << t << " image " << i;
    before = rows;
  }
}

INSTANTIATE_TEST_SUITE_P(Batches, CpuExecutor,
                         testing::Combine(testing::Values(1, 7, 32),
                                          testing::Values(Combine::logits, Combine::probabilities)));

// The whole ensemble's labels depend on the order of members only if the two best are a rounding apart.
TEST(CpuExecutorOrder, PermutingMembersKeepsThePrediction) {
  FakeEnsemble e(kMembers, kImages, 10, 8, kSeed);
  auto point = plain_point(kMembers, 1);
  const auto rows = e.run(point);
  point.members = {3, 0, 4, 2, 1};
  const auto permuted = e.run(point);
  for (size_t i = 0; i < kImages; ++i) {
    EXPECT_NEAR(rows[i].margin, permuted[i].margin, 2e-6) << i;
    if (rows[i].margin > 1e-5f) {
      EXPECT_EQ(rows[i].label, permuted[i].label) << i;
    }
  }
}

TEST(CpuExecutorSurvivors, RunInTheSmallestBatchThatFits) {
  // Image i is sure (stops after the first member) unless i is 1, 4 or 6.
  const size_t images = 8;
  std::vector<std::vector<float>> first, second;
  for (size_t i = 0; i < images; ++i) {
    const bool unsure = i == 1 || i == 4 || i == 6;
    first.push_back(unsure ? std::vector<float>{0, 0, 0} : std::vector<float>{9, 0, 0});
    second.push_back({0, 0, static_cast<float>(i)});
  }
  FakeEnsemble e(1, 1, 3, 1, kSeed);
  e.fakes.clear();
  e.fakes.push_back(std::make_unique<FakeMember>("first", first));
  e.fakes.push_back(std::make_unique<FakeMember>("second", second));
  e.images = images;
  e.make_executor(static_cast<int>(images));
  const auto rows = e.run(plain_point(2, 0.5));
  EXPECT_THAT(e.fakes[0]->batches, testing::ElementsAre(8));
  EXPECT_THAT(e.fakes[1]->batches, testing::ElementsAre(3));
  for (size_t i = 0; i < images; ++i) {
    const bool unsure = i == 1 || i == 4 || i == 6;
    EXPECT_EQ(rows[i].members, unsure ? 2 : 1) << i;
    EXPECT_EQ(rows[i].label, unsure ? 2 : 0) << i;
  }
}

TEST(CpuExecutorFailures, AMemberThatIsNotFiniteIsLeftOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  FakeEnsemble e(1, 1, 2, 1, kSeed);
  e.fakes.clear();
  e.fakes.push_back(
      std::make_unique<FakeMember>("broken", std::vector<std::vector<float>>{{nan, 1}, {nan, 1}}));
  e.fakes.push_back(std::make_unique<FakeMember>("works", std::vector<std::vector<float>>{{0, 3}, {nan, 3}}));
  e.images = 2;
  e.make_executor(2);
  const auto rows = e.run(plain_point(2, -1));
  EXPECT_EQ(rows[0].status, RowStatus::non_finite);
  EXPECT_EQ(rows[0].label, 1);
  EXPECT_EQ(rows[0].members, 2);  // what is not finite stops nothing
  EXPECT_EQ(rows[1].status, RowStatus::failed);
  EXPECT_EQ(rows[1].label, -1);
}

TEST(CpuExecutorFailures, DisagreeingMembersAreRefused) {
  const auto device = make_host_device();
  FakeMember two("two", {{1, 2}}), three("three", {{1, 2, 3}});
  try {
    make_cpu_executor(*device, {{&two, 0}, {&three, 0}}, 1);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("'three' has 3"));
  }
}

TEST(CpuExecutorSpeed, ARunAllocatesNothing) {
  FakeEnsemble e(kMembers, kImages, 10, 8, kSeed);
  for (auto& f : e.fakes) f->batches.reserve(1000);
  for (auto& f : e.fakes) f->inputs.reserve(1000);
  const int prepared = e.executor->prepare(plain_point(kMembers, 0.5));
  for (int i = 0; i < 8; ++i) as_floats(e.executor->input(0, i))[0] = static_cast<float>(i);
  e.executor->run(prepared, 8);
  if (!can_count_allocations()) GTEST_SKIP() << "the sanitizer has a malloc of its own";
  const auto allocations = allocations_during([&] {
    for (int i = 0; i < 10; ++i) e.executor->run(prepared, 8);
  });
  EXPECT_EQ(allocations.size(), 0u) << (allocations.empty() ? "" : allocations[0].caller);
}

}  // namespace
}  // namespace fxe::test
