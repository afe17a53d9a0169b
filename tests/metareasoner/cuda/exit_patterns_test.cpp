// SPDX-License-Identifier: Apache-2.0
// Four members, four images, every way in which they can stop: always on the CPU, and on a GPU in every way
// of driving it.
#include <gtest/gtest.h>

#include "engine/cuda/cuda_device.h"
#include "engine/cuda_availability.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/plan_member.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/metareasoner/fake_ensemble.h"

namespace fxe::test {
namespace {

constexpr int kMembers = 4, kImages = 4, kFeatures = 8;

// Class 0 gets feature k of the image, class 1 nothing: an image stops after member e if feature e is its
// first non-zero one.
Model member_model(int k) {
  GraphBuilder g;
  Graph graph = g.finish(g.linear("fc", g.flatten("rows", g.input(kFeatures, 1, 1)), 2));
  std::vector<float> weight(2 * kFeatures);
  weight[static_cast<size_t>(k)] = 1;
  TensorMap weights{{"fc.weight", Tensor::from_floats({2, kFeatures}, weight)},
                    {"fc.bias", Tensor::from_floats({2}, {0, 0})}};
  return bind_weights(std::move(graph), std::move(weights), "member");
}

struct Ensemble {
  explicit Ensemble(Backend& backend) {
    for (int k = 0; k < kMembers; ++k)
      members.push_back(
          std::make_unique<PlanMember>("m" + std::to_string(k), member_model(k), backend, kImages));
    for (auto& m : members) slots.push_back({m.get(), 0});
  }
  std::vector<std::unique_ptr<PlanMember>> members;
  std::vector<MemberSlot> slots;
};

// The image that stops after `members`.
void write_image(std::span<float> image, int members) {
  std::fill(image.begin(), image.end(), 0.0f);
  image[static_cast<size_t>(members) - 1] = 100;
}

void expect_every_pattern(Executor& executor, const std::string& how) {
  const int prepared = executor.prepare(plain_point(kMembers, 0.5));
  for (int pattern = 0; pattern < 256; ++pattern) {
    const int side = pattern % executor.sides();
    int stops[kImages];
    for (int i = 0; i < kImages; ++i) {
      stops[i] = 1 + (pattern >> (2 * i)) % kMembers;
      write_image(as_floats(executor.input(0, i, side)), stops[i]);
    }
    for (const int count : {kImages, 1 + pattern % kImages}) {
      executor.begin(prepared, count, 0, side);
      const BatchRun& run = executor.end(side);
      ASSERT_EQ(run.rows.size(), static_cast<size_t>(count));
      for (int i = 0; i < count; ++i) {
        const RowResult& row = run.rows[static_cast<size_t>(i)];
        ASSERT_EQ(row.members, stops[i])
            << how << ", pattern " << pattern << ", image " << i << " of " << count;
        ASSERT_EQ(row.label, 0) << how;
        ASSERT_EQ(row.status, RowStatus::ok) << how;
        // The mean of the members that ran, exactly: 100 / e and 0.
        ASSERT_EQ(run.mean[static_cast<size_t>(2 * i + 1)], 0.0f) << how;
        ASSERT_NEAR(run.mean[static_cast<size_t>(2 * i)], 100.0f / static_cast<float>(stops[i]), 1e-4) << how;
      }
    }
  }
}

// A deadline in the past stops every image after its first member; a distant one stops none.
void expect_deadlines(Executor& executor, const std::string& how) {
  const int prepared = executor.prepare(plain_point(kMembers, 0.5));
  for (int i = 0; i < kImages; ++i) write_image(as_floats(executor.input(0, i)), i + 1);
  for (const double deadline_ms : {1e-6, 1e6}) {
    const BatchRun& run = executor.run(prepared, kImages, deadline_ms);
    for (int i = 0; i < kImages; ++i) {
      const RowResult& row = run.rows[static_cast<size_t>(i)];
      EXPECT_EQ(row.members, deadline_ms < 1 ? 1 : i + 1) << how << ", " << deadline_ms << " ms, image " << i;
      EXPECT_EQ(row.status, deadline_ms < 1 && i > 0 ? RowStatus::deadline : RowStatus::ok) << how;
    }
  }
}

// While one batch runs, the other side's is written and begun.
void expect_overlapping_batches(Executor& executor, const std::string& how) {
  const int prepared = executor.prepare(plain_point(kMembers, 0.5));
  const auto stop_of = [](int batch, int image) { return 1 + (batch + image) % kMembers; };
  const auto expect_end = [&](int batch) {
    const BatchRun& run = executor.end(batch % 2);
    for (int i = 0; i < kImages; ++i)
      ASSERT_EQ(run.rows[static_cast<size_t>(i)].members, stop_of(batch, i)) << how << ", batch " << batch;
  };
  constexpr int kBatches = 40;
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int i = 0; i < kImages; ++i)
      write_image(as_floats(executor.input(0, i, batch % 2)), stop_of(batch, i));
    executor.begin(prepared, kImages, 0, batch % 2);
    if (batch > 0) expect_end(batch - 1);
  }
  expect_end(kBatches - 1);
}

void expect_copy_times(Executor& executor, const std::string& how) {
  const auto times = executor.time_copies(5);
  ASSERT_TRUE(times) << how;
  for (const auto& direction : {times->up_ms, times->down_ms}) {
    ASSERT_EQ(direction.size(), 5u) << how;
    for (const double ms : direction) EXPECT_TRUE(ms > 0 && ms < 1000) << how << ": " << ms;
  }
}

Model random_network(uint64_t seed) {
  Graph graph = build_network("cifar_resnet8");
  TensorMap weights = random_weights(graph, seed);
  return optimize(bind_weights(std::move(graph), std::move(weights), "cifar_resnet8"));
}

// All members under device control, and all members in one graph without decisions: the same bits.
TEST(ExitPatterns, FullIsTheStraightLineBitForBit) {
  if (!cuda_availability().working) GTEST_SKIP() << "no GPU: " << cuda_availability().text;
  const auto device = make_cuda_device(0);
  for (const Precision precision : {Precision::fp32, Precision::fp16}) {
    const auto backend = make_cuda_backend(*device, precision, 0);
    for (const int capacity : {1, 6}) {
      std::vector<std::unique_ptr<PlanMember>> members;
      std::vector<MemberSlot> slots;
      for (uint64_t seed = 1; seed <= 3; ++seed) {
        members.push_back(std::make_unique<PlanMember>("m", random_network(seed), *backend, capacity));
        slots.push_back({members.back().get(), 0});
      }
      Random random(5, "images");
      const std::vector<float> images = normals(random, static_cast<size_t>(capacity) * 3072);
      std::vector<RowResult> rows[2];
      std::vector<float> means[2];
      for (const bool straight : {false, true}) {
        const auto executor =
            make_device_control(*device, slots, {.capacity = capacity, .straight_line = straight});
        const int prepared = executor->prepare(plain_point(3, 1.0));
        for (int i = 0; i < capacity; ++i)
          std::copy_n(images.begin() + i * 3072, 3072, as_floats(executor->input(0, i)).begin());
        const BatchRun& run = executor->run(prepared, capacity);
        rows[straight].assign(run.rows.begin(), run.rows.end());
        means[straight].assign(run.mean.begin(), run.mean.end());
      }
      EXPECT_EQ(means[0], means[1]) << name(precision) << ", batch " << capacity;
      for (size_t i = 0; i < rows[0].size(); ++i) EXPECT_TRUE(same_bits(rows[0][i], rows[1][i])) << i;
    }
  }
}

TEST(ExitPatterns, OnTheCpu) {
  const auto backend = make_cpu_backend(1);
  Ensemble ensemble(*backend);
  const auto executor = make_cpu_executor(backend->device(), ensemble.slots, kImages);
  EXPECT_FALSE(executor->time_copies(5));
  expect_every_pattern(*executor, "cpu");
  expect_deadlines(*executor, "cpu");
}

TEST(ExitPatterns, OnAGpuUnderEitherControl) {
  if (!cuda_availability().working) GTEST_SKIP() << "no GPU: " << cuda_availability().text;
  const auto device = make_cuda_device(0);
  for (const Precision precision : {Precision::fp32, Precision::fp16}) {
    const auto backend = make_cuda_backend(*device, precision, 0);
    for (const std::string control :
         {"device", "device, two in flight", "device, straight line", "host, graphs", "host, stream"}) {
      Ensemble ensemble(*backend);
      const auto executor =
          control.starts_with("device")
              ? make_device_control(*device, ensemble.slots,
                                    {.capacity = kImages,
                                     .sides = control.ends_with("two in flight") ? 2 : 1,
                                     .straight_line = control.ends_with("straight line")})
              : make_host_control(*device, ensemble.slots,
                                  control == "host, graphs" ? HostLaunch::graph : HostLaunch::stream,
                                  {.capacity = kImages});
      const std::string how = std::string(name(precision)) + ", control " + control;
      expect_copy_times(*executor, how);
      expect_every_pattern(*executor, how);
      expect_deadlines(*executor, how);
      if (executor->sides() == 2) expect_overlapping_batches(*executor, how);
    }
  }
}

}  // namespace
}  // namespace fxe::test
