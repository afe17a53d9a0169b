// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/cuda_executor.h"

#include <gtest/gtest.h>

#include "engine/cuda/cuda_device.h"
#include "engine/error.h"
#include "kernels/start.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/optimize.h"
#include "metareasoner/plan_member.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/metareasoner/fake_ensemble.h"

namespace fxe::test {
namespace {

using Kind = Recorder::Kind;

Model random_model(const std::string& spec, uint64_t seed) {
  Graph graph = build_network(spec);
  TensorMap weights = random_weights(graph, seed);
  return optimize(bind_weights(std::move(graph), std::move(weights), spec));
}

// Three CIFAR ResNets on an H200 that is only described.
class RecordedEnsemble : public testing::Test {
 protected:
  RecordedEnsemble() {
    for (uint64_t seed = 1; seed <= 3; ++seed)
      members_.push_back(std::make_unique<PlanMember>(
          "m" + std::to_string(seed), random_model(seed == 3 ? "cifar_resnet14" : "cifar_resnet8", seed),
          *backend_, 1));
    for (auto& m : members_) slots_.push_back({m.get(), 0});
    executor_ = make_recording_executor(*device_, recorder_, slots_, 1);
  }

  std::vector<Recorder::Event> run(const OperatingPoint& point) {
    const int prepared = executor_->prepare(point);
    recorder_.clear();
    executor_->run(prepared, 1);
    return recorder_.events();
  }

  Recorder recorder_;
  std::unique_ptr<Device> device_ = make_recording_device(recorder_);
  std::unique_ptr<Backend> backend_ = make_cuda_backend(*device_, Precision::fp16, described_device("h200"));
  std::vector<std::unique_ptr<PlanMember>> members_;
  std::vector<MemberSlot> slots_;
  std::unique_ptr<Executor> executor_;
};

// Launches of one member alone.
size_t launches_of(const PlanMember& member, Recorder& recorder) {
  CudaQueue queue(recorder);
  recorder.clear();
  member.enqueue(queue, 1);
  return recorder.count(Kind::launch);
}

TEST_F(RecordedEnsemble, NothingButLaunchesAndBranchesBetweenTheFirstLaunchAndTheLast) {
  const auto events = run(plain_point(3, 0.9));
  const auto is_launch = [](const auto& e) { return e.kind == Kind::launch; };
  const auto first = std::find_if(events.begin(), events.end(), is_launch);
  const auto last = std::find_if(events.rbegin(), events.rend(), is_launch).base();
  ASSERT_LT(first, last);
  for (auto e = first; e != last; ++e)
    EXPECT_TRUE(e->kind == Kind::launch || e->kind == Kind::begin_body || e->kind == Kind::end_body)
        << "event " << e - events.begin() << " " << e->name;
}

TEST_F(RecordedEnsemble, CountsAreExact) {
  size_t member_launches = 0;
  for (auto& m : members_) member_launches += launches_of(*m, recorder_);
  run(plain_point(3, 0.9));
  EXPECT_EQ(recorder_.count(Kind::launch), member_launches + 1 + 3);  // start, and a tail per member
  EXPECT_EQ(recorder_.count(Kind::begin_body), 2u);
  EXPECT_EQ(recorder_.count(Kind::end_body), 2u);
  EXPECT_EQ(recorder_.count(Kind::wait), 1u);
  EXPECT_EQ(recorder_.count(Kind::host_decision), 0u);
  EXPECT_EQ(recorder_.count(Kind::allocate), 0u);
  size_t copied = 0;
  for (const auto& e : recorder_.events()) copied += e.kind == Kind::copy ? e.bytes : 0;
  EXPECT_EQ(copied, sizeof(BatchStart) + 3 * sizeof(TailStage) + 3 * 32 * 32 * sizeof(float) +
                        sizeof(RowResult) + 10 * sizeof(float));
}

// The body of stage k's branch holds everything from the next member on.
TEST_F(RecordedEnsemble, BodiesNest) {
  int depth = 0, deepest = 0, tails = 0;
  for (const auto& e : run(plain_point(3, 0.9))) {
    depth += e.kind == Kind::begin_body;
    depth -= e.kind == Kind::end_body;
    deepest = std::max(deepest, depth);
    if (e.kind == Kind::launch && e.name.find("tail") != std::string::npos) {
      EXPECT_EQ(depth, tails++);
    }
  }
  EXPECT_EQ(depth, 0);
  EXPECT_EQ(deepest, 2);
  EXPECT_EQ(tails, 3);
}

TEST_F(RecordedEnsemble, AnotherThresholdTellsTheDeviceTheSame) {
  const auto a = run(plain_point(3, 0.9)), b = run(plain_point(3, 0.1));
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].kind == b[i].kind && a[i].name == b[i].name) << i;
}

TEST_F(RecordedEnsemble, LargerBatchesAreRefused) {
  EXPECT_THROW(make_recording_executor(*device_, recorder_, slots_, 8), Error);
}

}  // namespace
}  // namespace fxe::test
