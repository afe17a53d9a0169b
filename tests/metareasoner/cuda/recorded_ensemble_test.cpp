// SPDX-License-Identifier: Apache-2.0
// What the device is told, counted exactly: three CIFAR ResNets on a described H200.
#include <gtest/gtest.h>

#include "engine/cuda/cuda_device.h"
#include "engine/error.h"
#include "kernels/tail/start.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/optimize.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/cuda/graph_size.h"
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

struct RecordedCase {
  int capacity;  // images it can hold
  TailForm tail;
  bool pixels = false;  // images go up as such
};

class RecordedEnsemble : public testing::TestWithParam<RecordedCase> {
 protected:
  static constexpr size_t kMembers = 3, kClasses = 10, kPixels = 3 * 32 * 32;

  RecordedEnsemble() {
    for (uint64_t seed = 1; seed <= kMembers; ++seed)
      members_.push_back(std::make_unique<PlanMember>(
          "m" + std::to_string(seed), random_model(seed == 3 ? "cifar_resnet14" : "cifar_resnet8", seed),
          *backend_, capacity()));
    for (auto& m : members_) slots_.push_back({m.get(), 0});
  }

  int capacity() const { return GetParam().capacity; }
  CudaExecutorOptions options() const {
    CudaExecutorOptions o{.capacity = capacity(), .tail = GetParam().tail, .pixel_values = {}};
    if (GetParam().pixels) o.pixel_values = {PixelValues{}};
    return o;
  }
  bool fused() const { return GetParam().tail == TailForm::fused; }
  std::vector<int64_t> sizes() const { return batch_sizes(capacity()); }

  std::vector<Recorder::Event> run(Executor& executor, const OperatingPoint& point) {
    const int prepared = executor.prepare(point);
    recorder_.clear();
    executor.run(prepared, capacity());
    return recorder_.events();
  }
  std::vector<Recorder::Event> run_device_control(double threshold = 0.9) {
    const auto executor = make_recording_device_control(*device_, recorder_, slots_, options());
    return run(*executor, plain_point(kMembers, threshold));
  }

  // Launches of one member after an executor has bound it: alone, or with the tail that it includes.
  size_t launches_of(const PlanMember& member, int64_t batch) {
    CudaQueue queue(recorder_);
    recorder_.clear();
    if (fused())
      member.enqueue_with_tail(queue, batch, any_tail());
    else
      member.enqueue(queue, batch);
    return recorder_.count(Kind::launch);
  }

  static TailCall any_tail() {
    TailCall call;
    call.arguments.classes = kClasses;
    return call;
  }

  static size_t copied_bytes(const Recorder& recorder) {
    size_t bytes = 0;
    for (const auto& e : recorder.events()) bytes += e.kind == Kind::copy ? e.bytes : 0;
    return bytes;
  }

  // Operating point and images up, results and means down.
  size_t batch_bytes() const {
    const auto n = static_cast<size_t>(capacity());
    return sizeof(BatchStart) + kMembers * sizeof(TailStage) +
           n * (kPixels * (GetParam().pixels ? 1 : sizeof(float)) + sizeof(RowResult) +
                kClasses * sizeof(float)) +
           (1 + kMembers) * sizeof(uint64_t);  // when stages ended
  }

  Recorder recorder_;
  std::unique_ptr<Device> device_ = make_recording_device(recorder_);
  std::unique_ptr<Backend> backend_ = make_cuda_backend(*device_, Precision::fp16, described_device("h200"));
  std::vector<std::unique_ptr<PlanMember>> members_;
  std::vector<MemberSlot> slots_;
};

TEST_P(RecordedEnsemble, NothingButLaunchesAndBranchesBetweenTheFirstLaunchAndTheLast) {
  const auto events = run_device_control();
  const auto is_launch = [](const auto& e) { return e.kind == Kind::launch; };
  const auto first = std::find_if(events.begin(), events.end(), is_launch);
  const auto last = std::find_if(events.rbegin(), events.rend(), is_launch).base();
  ASSERT_LT(first, last);
  for (auto e = first; e != last; ++e)
    EXPECT_TRUE(e->kind == Kind::launch || e->kind == Kind::begin_body || e->kind == Kind::end_body)
        << "event " << e - events.begin() << " " << e->name;
}

// A graph grows with members times sizes: it holds each member once per size.
TEST_P(RecordedEnsemble, CountsAreExact) {
  run_device_control();
  const Recorder told = recorder_;
  size_t member_launches = 0;
  for (auto& m : members_)
    for (const int64_t size : sizes()) member_launches += launches_of(*m, size);
  EXPECT_EQ(told.count(Kind::launch), member_launches + 1 + (fused() ? 0 : kMembers));  // 1: start
  const size_t cases = sizes().size() > 1 ? kMembers * sizes().size() : 0;
  EXPECT_EQ(told.count(Kind::begin_body), kMembers - 1 + cases);
  EXPECT_EQ(told.count(Kind::end_body), kMembers - 1 + cases);
  EXPECT_EQ(told.count(Kind::wait), 1u);
  EXPECT_EQ(told.count(Kind::host_decision), 0u);
  EXPECT_EQ(told.count(Kind::allocate), 0u);
  EXPECT_EQ(copied_bytes(told), batch_bytes());
}

// What inspect prints, from the number of layers and sizes.
TEST_P(RecordedEnsemble, SizeOfTheGraph) {
  const GraphSize size = graph_size(slots_, plain_point(kMembers, 0.9), options());
  run_device_control();
  EXPECT_EQ(size.kernels, recorder_.count(Kind::launch));
  EXPECT_EQ(size.copies, 5u);  // start, operating point, images; results, means
  EXPECT_EQ(size.ifs, kMembers - 1);
  EXPECT_EQ(size.switches, sizes().size() > 1 ? kMembers : 0);
  EXPECT_EQ(size.nodes(), size.kernels + size.copies + size.ifs + size.switches);
  size_t arena = 0;
  for (auto& m : members_) arena = std::max(arena, m->arena_bytes());
  const auto n = static_cast<size_t>(capacity());
  EXPECT_EQ(size.device_bytes, arena + batch_bytes() + n * kClasses * sizeof(float)  // logits
                                   + n * (sizeof(float) + sizeof(int32_t)) +
                                   sizeof(int32_t)  // W, live, count
                                   + sizeof(TailDeadline) + tail_arrivals(capacity()) * sizeof(uint32_t) +
                                   (GetParam().pixels ? sizeof(PixelValues) : 0));
}

// Every member reads the images as they were given.
TEST_P(RecordedEnsemble, TheFirstKernelOfAMemberTakesPixelsOrValues) {
  const std::string expected = GetParam().pixels ? "nhwc_from_pixels" : "nhwc_from_plain";
  size_t readers = 0;
  for (const auto& e : run_device_control()) {
    if (e.kind != Kind::launch || !e.name.starts_with("nhwc_from_")) continue;
    EXPECT_EQ(e.name, expected);
    ++readers;
  }
  EXPECT_EQ(readers, kMembers * sizes().size());
}

// The last layer, its copy to plain rows and the tail are one kernel.
TEST_P(RecordedEnsemble, FusingSavesTwoLaunchesAStage) {
  for (auto& m : members_)
    for (const int64_t size : sizes()) {
      EXPECT_EQ(m->head(size), "linear_tail");
      run_device_control();
      CudaQueue queue(recorder_);
      recorder_.clear();
      m->enqueue(queue, size);
      const size_t plain = recorder_.count(Kind::launch);
      recorder_.clear();
      m->enqueue_with_tail(queue, size, any_tail());
      EXPECT_EQ(recorder_.count(Kind::launch) + 2, plain + 1) << m->name() << " at " << size;
      EXPECT_EQ(recorder_.events().back().name, "linear_tail");
    }
}

// The body of stage k's IF holds everything from the next member on; members are in cases, together with
// tails that are part of them.
TEST_P(RecordedEnsemble, BodiesNest) {
  int depth = 0, deepest = 0;
  size_t tails = 0;
  const size_t tails_of_a_stage = fused() ? sizes().size() : 1;
  bool in_case = false;
  for (const auto& e : run_device_control()) {
    if (e.kind == Kind::begin_body && e.name != "if") in_case = true;
    if (e.kind == Kind::end_body && e.name != "if") in_case = false;
    if (e.name == "if") depth += e.kind == Kind::begin_body ? 1 : -1;
    deepest = std::max(deepest, depth);
    if (e.kind != Kind::launch) continue;
    const bool is_tail = e.name == (fused() ? "linear_tail" : "tail"), is_start = e.name == "start";
    EXPECT_EQ(in_case, (!is_tail || fused()) && !is_start && sizes().size() > 1) << e.name;
    if (is_tail) {
      EXPECT_EQ(static_cast<size_t>(depth), tails++ / tails_of_a_stage);
    }
  }
  EXPECT_EQ(depth, 0);
  EXPECT_EQ(deepest, 2);
  EXPECT_EQ(tails, 3 * tails_of_a_stage);
}

TEST_P(RecordedEnsemble, AnotherThresholdTellsTheDeviceTheSame) {
  const auto a = run_device_control(0.9), b = run_device_control(0.1);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].kind == b[i].kind && a[i].name == b[i].name) << i;
}

// Under host control: the members alone, at the batch that fits, and a wait with a decision between two
// of them.
TEST_P(RecordedEnsemble, TheHostWaitsForEveryDecisionItTakes) {
  const auto executor = make_recording_host_control(*device_, recorder_, slots_, options());
  run(*executor, plain_point(kMembers, 0.9));
  const Recorder told = recorder_;
  size_t member_launches = 0;
  for (auto& m : members_) member_launches += launches_of(*m, capacity());
  EXPECT_EQ(told.count(Kind::launch), member_launches + 1 + (fused() ? 0 : kMembers));
  EXPECT_EQ(told.count(Kind::begin_body), 0u);
  EXPECT_EQ(told.count(Kind::host_decision), kMembers - 1);
  EXPECT_EQ(told.count(Kind::wait), kMembers);
  EXPECT_EQ(told.count(Kind::allocate), 0u);
  EXPECT_EQ(copied_bytes(told), batch_bytes() + (kMembers - 1) * sizeof(int32_t));
}

// Every member once, at the full batch, without branches.
TEST_P(RecordedEnsemble, AStraightLineHasNoBodies) {
  CudaExecutorOptions straight = options();
  straight.straight_line = true;
  const auto executor = make_recording_device_control(*device_, recorder_, slots_, straight);
  run(*executor, plain_point(kMembers, 0.9));
  const Recorder told = recorder_;
  size_t member_launches = 0;
  for (auto& m : members_) member_launches += launches_of(*m, capacity());
  EXPECT_EQ(told.count(Kind::launch), member_launches + 1 + (fused() ? 0 : kMembers));
  EXPECT_EQ(told.count(Kind::begin_body) + told.count(Kind::end_body), 0u);
  EXPECT_EQ(told.count(Kind::host_decision), 0u);
  EXPECT_EQ(told.count(Kind::wait), 1u);
  EXPECT_EQ(copied_bytes(told), batch_bytes());
}

// The copies of a batch and nothing else, whatever decides; the host waits once, after all of them.
TEST_P(RecordedEnsemble, CopiesAreTimedByThemselves) {
  const auto device_control = make_recording_device_control(*device_, recorder_, slots_, options());
  const auto host_control = make_recording_host_control(*device_, recorder_, slots_, options());
  for (Executor* executor : {device_control.get(), host_control.get()}) {
    recorder_.clear();
    const auto times = executor->time_copies(3);
    ASSERT_TRUE(times);
    EXPECT_EQ(times->up_ms.size(), 3u);
    EXPECT_EQ(times->down_ms.size(), 3u);
    std::string order;
    for (const auto& e : recorder_.events())
      order += e.kind == Kind::copy ? "c" : e.name == "time mark" ? "m" : e.kind == Kind::wait ? "w" : "?";
    EXPECT_EQ(order, "mcccmccmcccmccmcccmccmw");
    EXPECT_EQ(copied_bytes(recorder_), 3 * batch_bytes());
  }
}

// A batch is uploaded while the one before it runs: nothing waits before both have begun.
TEST_P(RecordedEnsemble, TwoBatchesAreOnTheWayAtATime) {
  CudaExecutorOptions two = options();
  two.sides = 2;
  const auto executor = make_recording_device_control(*device_, recorder_, slots_, two);
  ASSERT_EQ(executor->sides(), 2);
  EXPECT_NE(executor->input(0, 0, 0).data(), executor->input(0, 0, 1).data());
  const int prepared = executor->prepare(plain_point(kMembers, 0.9));
  recorder_.clear();
  executor->begin(prepared, capacity(), 0, 0);
  executor->begin(prepared, 1, 0, 1);
  EXPECT_EQ(recorder_.count(Kind::wait), 0u);
  EXPECT_EQ(executor->end(0).rows.size(), static_cast<size_t>(capacity()));
  EXPECT_EQ(executor->end(1).rows.size(), 1u);
  EXPECT_EQ(recorder_.count(Kind::wait), 2u);
  EXPECT_EQ(recorder_.count(Kind::allocate), 0u);
  EXPECT_EQ(copied_bytes(recorder_), 2 * batch_bytes());
  // For each batch: images on the upload queue, a mark after them that holds back the others, the batch's
  // description, the program, results and means, and a mark after those.
  std::string order;
  for (const auto& e : recorder_.events())
    order += e.kind == Kind::copy     ? "c"
             : e.kind == Kind::launch ? (order.ends_with("l") ? "" : "l")
             : e.name == "mark"       ? "m"
             : e.name == "hold"       ? "h"
             : e.kind == Kind::wait   ? "w"
                                      : "";
  EXPECT_EQ(order, "cmhcclccmcmhcclccmww");
}

INSTANTIATE_TEST_SUITE_P(Capacities, RecordedEnsemble,
                         testing::Values(RecordedCase{1, TailForm::fused}, RecordedCase{7, TailForm::fused},
                                         RecordedCase{64, TailForm::fused},
                                         RecordedCase{1, TailForm::fused, true},
                                         RecordedCase{64, TailForm::fused, true},
                                         RecordedCase{1, TailForm::separate},
                                         RecordedCase{64, TailForm::separate}),
                         [](const auto& c) {
                           return std::to_string(c.param.capacity) +
                                  (c.param.tail == TailForm::fused ? "_fused" : "_separate") +
                                  (c.param.pixels ? "_pixels" : "");
                         });

TEST(RecordedGraph, HasRoomForAsManySizesAsAKernelIsTold) {
  Recorder recorder;
  const auto device = make_recording_device(recorder);
  FakeMember fake("m", {{1, 2}});
  EXPECT_THROW(make_recording_device_control(*device, recorder, {{&fake, 0}}, {.capacity = 1 << 15}), Error);
}

}  // namespace
}  // namespace fxe::test
