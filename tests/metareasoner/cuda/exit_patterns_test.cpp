// SPDX-License-Identifier: Apache-2.0
// Four members, four images, every way in which they can stop: on the CPU always, and on a GPU however it is
// driven.
#include <gtest/gtest.h>

#include "engine/cuda/cuda_device.h"
#include "engine/cuda_availability.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/graph_builder.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/plan_member.h"
#include "tests/metareasoner/fake_ensemble.h"

namespace fxe::test {
namespace {

constexpr int kMembers = 4, kImages = 4, kFeatures = 8;

// Class 0 gets feature k of the image, class 1 nothing: an image stops after member e when feature e is the
// first that is not 0.
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
    int stops[kImages];
    for (int i = 0; i < kImages; ++i) {
      stops[i] = 1 + (pattern >> (2 * i)) % kMembers;
      write_image(as_floats(executor.input(0, i)), stops[i]);
    }
    for (const int count : {kImages, 1 + pattern % kImages}) {
      const BatchRun& run = executor.run(prepared, count);
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

// A deadline that has passed stops every image after its first member; one that is far away stops none.
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

TEST(ExitPatterns, OnTheCpu) {
  const auto backend = make_cpu_backend(1);
  Ensemble ensemble(*backend);
  const auto executor = make_cpu_executor(backend->device(), ensemble.slots, kImages);
  expect_every_pattern(*executor, "cpu");
  expect_deadlines(*executor, "cpu");
}

TEST(ExitPatterns, OnAGpuUnderEitherControl) {
  if (!cuda_availability().working) GTEST_SKIP() << "no GPU: " << cuda_availability().text;
  const auto device = make_cuda_device(0);
  for (const Precision precision : {Precision::fp32, Precision::fp16}) {
    const auto backend = make_cuda_backend(*device, precision, 0);
    for (const std::string control : {"device", "host, graphs", "host, stream"}) {
      Ensemble ensemble(*backend);
      const auto executor =
          control == "device"
              ? make_device_control(*device, ensemble.slots, {.capacity = kImages})
              : make_host_control(*device, ensemble.slots,
                                  control == "host, graphs" ? HostLaunch::graph : HostLaunch::stream,
                                  {.capacity = kImages});
      const std::string how = std::string(name(precision)) + ", control " + control;
      expect_every_pattern(*executor, how);
      expect_deadlines(*executor, how);
    }
  }
}

}  // namespace
}  // namespace fxe::test
