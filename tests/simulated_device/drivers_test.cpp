// SPDX-License-Identifier: Apache-2.0
// Drivers, libraries and tensor cores that differ in what CUDA leaves open: the engine gives the same
// results, or says in one line what it does instead.
#include <cuda_runtime_api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cuda/cuda_device.h"
#include "engine/error.h"
#include "layers/compare_layers.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/optimize.h"
#include "metareasoner/cuda/captured_graph.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/fallback_executor.h"
#include "metareasoner/plan_member.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/metareasoner/fake_ensemble.h"
#include "tests/simulated_device/graph.h"
#include "tests/simulated_device/settings.h"

namespace fxe::test {
namespace {

using sim::settings;

Model random_network(const std::string& spec, uint64_t seed) {
  Graph graph = build_network(spec);
  TensorMap weights = random_weights(graph, seed);
  return optimize(bind_weights(std::move(graph), std::move(weights), spec));
}

std::vector<float> random_input(const Model& model, int64_t n) {
  const Input in = model.input();
  Random random(3, "input");
  return normals(random, static_cast<size_t>(n * in.c * in.h * in.w));
}

class SimulatedDrivers : public testing::Test {
 protected:
  void TearDown() override { settings() = before_; }

  // Three members on four images; what comes out, with nobody stopping early and with some.
  std::vector<float> means(const std::function<std::unique_ptr<Executor>(std::vector<MemberSlot>)>& make) {
    std::vector<MemberSlot> slots;
    for (auto& m : members()) slots.push_back({m.get(), 0});
    const auto executor = make(slots);
    std::vector<float> all;
    for (const double threshold : {1.0, 0.3, 0.1}) {
      const int prepared = executor->prepare(plain_point(3, threshold));
      Random random(5, "images");
      for (int i = 0; i < kImages; ++i)
        std::ranges::copy(normals(random, 3072), as_floats(executor->input(0, i)).begin());
      const BatchRun& run = executor->run(prepared, kImages);
      all.insert(all.end(), run.mean.begin(), run.mean.end());
      for (const RowResult& row : run.rows) all.push_back(static_cast<float>(row.members));
    }
    return all;
  }
  std::vector<float> means_under_device_control(bool conditions_in_bodies = false) {
    return means([&](std::vector<MemberSlot> slots) {
      return make_device_control(*device_, std::move(slots),
                                 {.capacity = kImages, .conditions_in_bodies = conditions_in_bodies});
    });
  }

  static constexpr int kImages = 4;
  std::unique_ptr<Device> device_ = make_cuda_device(0);
  std::unique_ptr<Backend> backend_ = make_cuda_backend(*device_, Precision::fp32, 0);

  std::vector<std::unique_ptr<PlanMember>>& members() {
    if (members_.empty())
      for (uint64_t seed = 1; seed <= 3; ++seed)
        members_.push_back(
            std::make_unique<PlanMember>("m", random_network("cifar_resnet8", seed), *backend_, kImages));
    return members_;
  }

 private:
  const sim::Settings before_ = settings();
  std::vector<std::unique_ptr<PlanMember>> members_;
};

TEST_F(SimulatedDrivers, MayWantAConditionOnTheGraphOfItsNode) {
  const auto expected = means_under_device_control();
  EXPECT_EQ(means_under_device_control(/*conditions_in_bodies=*/true), expected);
  settings().handles_on_their_own_graph_only = true;
  EXPECT_EQ(means_under_device_control(), expected);
}

TEST_F(SimulatedDrivers, MayHaveNoConditionalNodes) {
  const auto expected = means_under_device_control();
  settings().no_conditional_nodes = true;
  EXPECT_THROW(means_under_device_control(), Error);
  std::vector<std::string> said;
  const auto found = means([&](std::vector<MemberSlot> slots) {
    const auto by_host = [this, slots] {
      return make_host_control(*device_, slots, HostLaunch::graph, {.capacity = kImages});
    };
    const auto by_device = [this, slots] {
      return make_device_control(*device_, slots, {.capacity = kImages});
    };
    return make_fallback_executor({{"device control", by_device}, {"host control", by_host}},
                                  [&](const std::string& line) { said.push_back(line); });
  });
  EXPECT_EQ(found, expected);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], testing::StartsWith("device control does not work here: "));
  EXPECT_THAT(said[0], testing::EndsWith("; going on with host control"));
}

// A layer that, beside what it should, does something that no graph's body may hold.
class Copying final : public Member {
 public:
  Copying(PlanMember& member, void* to, const void* from) : member_(member), to_(to), from_(from) {}
  const std::string& name() const override { return member_.name(); }
  int64_t classes() const override { return member_.classes(); }
  int64_t input_elements() const override { return member_.input_elements(); }
  int64_t multiply_adds() const override { return 1; }
  size_t arena_bytes() const override { return member_.arena_bytes(); }
  void bind(void* arena, const void* input, float* logits, InputForm form) override {
    member_.bind(arena, input, logits, form);
  }
  void rebind(const void*, int64_t) override {}
  void enqueue(Queue& queue, int64_t batch) const override {
    member_.enqueue(queue, batch);
    const Plan& plan = member_.plan(batch);
    cudaStreamCaptureStatus status{};
    FXE_CUDA(cudaStreamIsCapturing(static_cast<CudaQueue&>(queue).stream(), &status));
    captured.push_back(status == cudaStreamCaptureStatusActive);
    if (watcher_) watcher_->begin(queue, plan, 1, 0);
    if (fails) throw run_time_error("a kernel failed");
    queue.copy(to_, from_, 4);
    if (watcher_) watcher_->end(queue, plan, 1, 0);
  }
  PlanObserver* observe(PlanObserver* observer) override { return std::exchange(watcher_, observer); }

  bool fails = false;
  mutable std::vector<bool> captured;  // by run

 private:
  PlanMember& member_;
  void* to_;
  const void* from_;
  PlanObserver* watcher_ = nullptr;
};

TEST_F(SimulatedDrivers, ACopyInAMemberIsRefusedByName) {
  const Buffer memory = device_->allocate(8);
  Copying member(*members()[0], memory.data(), memory.data() + 4);
  for (const bool by_device : {true, false}) {
    const std::vector<MemberSlot> slots{{&member, 0}};
    const auto executor = by_device ? make_device_control(*device_, slots, {.capacity = 1})
                                    : make_host_control(*device_, slots, HostLaunch::graph, {.capacity = 1});
    try {
      executor->prepare(plain_point(1, 1));
      ADD_FAILURE() << "a copy was taken into a graph";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::run_time);
      const std::string layer = members()[0]->plan(1).layers()[1].name;
      EXPECT_THAT(e.what(), testing::StartsWith("m at batch 1, layer '" + layer + "': it adds a copy"))
          << e.what();
    }
  }
}

TEST_F(SimulatedDrivers, NodesOfChildGraphsAreLookedAt) {
  sim::Graph graph;
  sim::Node& node = *graph.add({.type = cudaGraphNodeTypeGraph, .name = "child"}, {});
  node.bodies.push_back(std::make_unique<sim::Graph>());
  node.body_handles.push_back(handle_of(*node.bodies[0]));
  node.bodies[0]->add({.type = cudaGraphNodeTypeKernel, .name = "kernel"}, {});
  EXPECT_NO_THROW(check_body_node(handle_of(node)));
  node.bodies[0]->add({.type = cudaGraphNodeTypeMemcpy, .name = "copy"}, {});
  EXPECT_THROW(check_body_node(handle_of(node)), Error);
}

// What breaks when it first runs does so before it is part of a graph, and its layer is named.
TEST_F(SimulatedDrivers, AMemberRunsByItselfFirst) {
  const Buffer memory = device_->allocate(8);
  Copying member(*members()[0], memory.data(), memory.data() + 4);
  member.fails = true;
  const auto executor = make_device_control(*device_, {{&member, 0}}, {.capacity = 1});
  try {
    executor->prepare(plain_point(1, 1));
    ADD_FAILURE() << "it was never run";
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()),
              "m at batch 1, layer '" + members()[0]->plan(1).layers()[1].name + "': a kernel failed");
  }
  EXPECT_EQ(member.captured, std::vector<bool>{false});
}

// Every layer, and the network, in every precision; on tensor cores that round operands, and that cut them
// off.
TEST_F(SimulatedDrivers, CheckHoldsInEveryPrecision) {
  const Model model = random_network("cifar_resnet8", 1);
  const std::vector<float> input = random_input(model, 2);
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16})
    for (const bool truncates : {false, true}) {
      if (truncates && precision != Precision::tf32) continue;
      settings().tf32_truncates = truncates;
      const auto backend = make_cuda_backend(*device_, precision, 0);
      for (const LayerCheck& check : compare_layers(model, *backend, input, 2))
        EXPECT_TRUE(check.ok) << name(precision) << (truncates ? ", cut off: " : ": ") << check.name << " ("
                              << check.implementation << "): " << check.percent_of_bound << " % of the bound";
    }
}

}  // namespace
}  // namespace fxe::test
