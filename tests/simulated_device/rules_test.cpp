// SPDX-License-Identifier: Apache-2.0
// The simulated GPU itself: every rule that it keeps, broken once.
#include <gtest/gtest.h>

#include <cstring>

#include "engine/cuda/cuda_device.h"
#include "tests/simulated_device/call.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/executable.h"
#include "tests/simulated_device/kernels.h"
#include "tests/simulated_device/memory.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {
namespace {

#define EXPECT_OK(call) EXPECT_EQ(call, cudaSuccess)

class SimulatedRules : public testing::Test {
 protected:
  SimulatedRules() {
    GTEST_FLAG_SET(death_test_style, "fast");
    EXPECT_OK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    EXPECT_OK(cudaStreamCreateWithFlags(&other_, cudaStreamNonBlocking));
    EXPECT_OK(cudaMalloc(&device_, 1000));
    EXPECT_OK(cudaMallocHost(&pinned_, 1000));
  }
  ~SimulatedRules() override {
    settings() = before_;
    (void)cudaStreamDestroy(stream_);
    (void)cudaStreamDestroy(other_);
    (void)cudaFree(device_);
    (void)cudaFreeHost(pinned_);
    (void)cudaGetLastError();
  }

  void kernel(cudaStream_t stream, std::function<void()> run) {
    submit(stream_of(stream), {.type = cudaGraphNodeTypeKernel, .name = "kernel", .run = std::move(run)});
  }
  void begin(cudaStream_t stream, cudaGraph_t graph) {
    EXPECT_OK(
        cudaStreamBeginCaptureToGraph(stream, graph, nullptr, nullptr, 0, cudaStreamCaptureModeRelaxed));
  }
  cudaGraph_t end(cudaStream_t stream) {
    cudaGraph_t graph = nullptr;
    EXPECT_OK(cudaStreamEndCapture(stream, &graph));
    return graph;
  }
  cudaGraph_t new_graph() {
    cudaGraph_t graph = nullptr;
    EXPECT_OK(cudaGraphCreate(&graph, 0));
    return graph;
  }
  uint64_t new_handle(cudaGraph_t graph, unsigned initial = 0, unsigned flags = cudaGraphCondAssignDefault) {
    cudaGraphConditionalHandle handle = 0;
    EXPECT_OK(cudaGraphConditionalHandleCreate(&handle, graph, initial, flags));
    return handle;
  }
  // A conditional node at the front of what `stream_` is captured to. Its bodies in `bodies_`.
  cudaError_t add_conditional(uint64_t handle, cudaGraphConditionalNodeType type, unsigned size) {
    cudaStreamCaptureStatus status{};
    cudaGraph_t graph = nullptr;
    const cudaGraphNode_t* front = nullptr;
    const cudaGraphEdgeData* edges = nullptr;
    size_t count = 0;
    EXPECT_OK(cudaStreamGetCaptureInfo(stream_, &status, nullptr, &graph, &front, &edges, &count));
    cudaGraphNodeParams node{};
    node.type = cudaGraphNodeTypeConditional;
    node.conditional.handle = handle;
    node.conditional.type = type;
    node.conditional.size = size;
    cudaGraphNode_t made = nullptr;
    const cudaError_t error = cudaGraphAddNode(&made, graph, front, edges, count, &node);
    if (error != cudaSuccess) return error;
    bodies_ = node.conditional.phGraph_out;
    return cudaStreamUpdateCaptureDependencies(stream_, &made, nullptr, 1, cudaStreamSetCaptureDependencies);
  }
  cudaError_t instantiate(cudaGraph_t graph) { return cudaGraphInstantiate(&executable_, graph, 0); }
  void launch_and_wait() {
    EXPECT_OK(cudaGraphLaunch(executable_, stream_));
    EXPECT_OK(cudaStreamSynchronize(stream_));
  }

  Settings before_ = settings();
  cudaStream_t stream_ = nullptr, other_ = nullptr;
  void *device_ = nullptr, *pinned_ = nullptr;
  cudaGraph_t* bodies_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
};

TEST_F(SimulatedRules, MemoryIsFullOfNothingAndEndsWhereItEnds) {
  EXPECT_EQ(static_cast<unsigned char*>(device_)[999], 0xFF);
  EXPECT_EQ(place_of(device_, 1000), Place::device);
  EXPECT_EQ(place_of(device_, 1001), Place::beyond);
  EXPECT_EQ(place_of(pinned_, 1000), Place::pinned);
  EXPECT_EQ(place_of(this, 1), Place::pageable);
  EXPECT_EQ(cudaMemcpyAsync(device_, pinned_, 1001, cudaMemcpyDefault, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemset(device_, 0, 1001), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemset(pinned_, 0, 1), cudaErrorInvalidValue);
  EXPECT_DEATH(static_cast<volatile char*>(device_)[1024] = 0, "");
  settings().memory_bytes = 1 << 20;
  void* more = nullptr;
  EXPECT_EQ(cudaMalloc(&more, 1 << 20), cudaErrorMemoryAllocation) << "1000 bytes are in use";
}

TEST_F(SimulatedRules, FreedMemoryIsNobodys) {
  void* freed = nullptr;
  EXPECT_OK(cudaMalloc(&freed, 100));
  EXPECT_OK(cudaFree(freed));
  EXPECT_EQ(place_of(freed, 1), Place::freed);
  EXPECT_EQ(cudaFree(freed), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(pinned_, freed, 1, cudaMemcpyDefault, stream_), cudaErrorInvalidValue);
  EXPECT_DEATH(*static_cast<volatile char*>(freed) = 0, "");
  EXPECT_EQ(cudaFree(pinned_), cudaErrorInvalidValue);
}

TEST_F(SimulatedRules, CopiesReadAndWriteWhenTheyRun) {
  settings().order = Settings::Order::late;
  std::memset(pinned_, 1, 1000);
  EXPECT_OK(cudaMemcpyAsync(device_, pinned_, 1000, cudaMemcpyDefault, stream_));
  std::memset(pinned_, 2, 1000);  // too early
  EXPECT_OK(cudaStreamSynchronize(stream_));
  EXPECT_EQ(*static_cast<char*>(device_), 2);
  EXPECT_OK(cudaMemcpyAsync(pinned_, device_, 1000, cudaMemcpyDefault, stream_));
  EXPECT_EQ(*static_cast<unsigned char*>(pinned_), 0xFF) << "it has not run yet";
  EXPECT_OK(cudaStreamSynchronize(stream_));
  EXPECT_EQ(*static_cast<char*>(pinned_), 2);
  char pageable = 3;  // staged at once
  EXPECT_OK(cudaMemcpyAsync(device_, &pageable, 1, cudaMemcpyDefault, stream_));
  pageable = 4;
  EXPECT_OK(cudaMemcpyAsync(&pageable, device_, 1, cudaMemcpyDefault, stream_));
  EXPECT_EQ(pageable, 3);
}

TEST_F(SimulatedRules, StreamsRunInAnyOrderButThatOfEvents) {
  cudaEvent_t event = nullptr;
  EXPECT_OK(cudaEventCreate(&event));
  std::string seen;
  for (uint64_t seed = 1; seed <= 64; ++seed) {
    settings().seed = seed;
    int at = 0, first = 0, second = 0;
    kernel(stream_, [&] { first = ++at; });
    kernel(other_, [&] { second = ++at; });
    EXPECT_OK(cudaDeviceSynchronize());
    seen += first < second ? 'a' : 'b';
    kernel(stream_, [&] { first = ++at; });
    EXPECT_OK(cudaEventRecord(event, stream_));
    EXPECT_OK(cudaStreamWaitEvent(other_, event, 0));
    kernel(other_, [&] { second = ++at; });
    EXPECT_OK(cudaStreamSynchronize(other_));
    EXPECT_LT(first, second);
  }
  EXPECT_NE(seen.find('a'), std::string::npos) << seen;
  EXPECT_NE(seen.find('b'), std::string::npos) << seen;
  float ms = 0;
  EXPECT_OK(cudaEventElapsedTime(&ms, event, event));
  settings().order = Settings::Order::late;
  EXPECT_OK(cudaEventRecord(event, stream_));
  EXPECT_EQ(cudaEventElapsedTime(&ms, event, event), cudaErrorNotReady);
  EXPECT_OK(cudaEventSynchronize(event));
  EXPECT_OK(cudaEventDestroy(event));
  EXPECT_DEATH((void)cudaEventRecord(event, stream_), "an event is used that was destroyed");
}

TEST_F(SimulatedRules, NothingWaitsForACapture) {
  const cudaGraph_t graph = new_graph();
  begin(stream_, graph);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t ended = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream_, &ended), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(cudaStreamEndCapture(stream_, &ended), cudaErrorInvalidValue);
  cudaEvent_t event = nullptr;
  EXPECT_OK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  begin(stream_, graph);
  EXPECT_OK(cudaEventRecord(event, stream_));
  EXPECT_EQ(cudaEventSynchronize(event), cudaErrorCapturedEvent);
  EXPECT_DEATH((void)cudaGraphDestroy(graph), "a graph is destroyed that streams are captured to");
  EXPECT_EQ(instantiate(graph), cudaErrorInvalidValue);
  end(stream_);
  EXPECT_OK(cudaEventDestroy(event));
  EXPECT_OK(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeGlobal));
  void* memory = nullptr;
  EXPECT_EQ(cudaMalloc(&memory, 1), cudaErrorStreamCaptureUnsupported);
  EXPECT_OK(cudaGraphDestroy(end(stream_)));
  EXPECT_OK(cudaGraphDestroy(graph));
}

TEST_F(SimulatedRules, CapturesForkAndJoinByEvents) {
  cudaEvent_t fork = nullptr, join = nullptr;
  EXPECT_OK(cudaEventCreateWithFlags(&fork, cudaEventDisableTiming));
  EXPECT_OK(cudaEventCreateWithFlags(&join, cudaEventDisableTiming));
  const cudaGraph_t a = new_graph(), b = new_graph();
  begin(stream_, a);
  begin(other_, b);
  EXPECT_OK(cudaEventRecord(fork, stream_));
  EXPECT_EQ(cudaStreamWaitEvent(other_, fork, 0), cudaErrorStreamCaptureMerge);
  cudaGraph_t ended = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(other_, &ended), cudaErrorStreamCaptureInvalidated);

  EXPECT_OK(cudaStreamWaitEvent(other_, fork, 0));  // joins
  int ran = 0;
  kernel(other_, [&] { ++ran; });
  EXPECT_EQ(cudaStreamEndCapture(other_, &ended), cudaErrorStreamCaptureUnmatched);
  EXPECT_EQ(cudaStreamEndCapture(stream_, &ended), cudaErrorStreamCaptureInvalidated);

  begin(stream_, a);
  kernel(stream_, [&] { ++ran; });
  EXPECT_OK(cudaEventRecord(fork, stream_));
  EXPECT_OK(cudaStreamWaitEvent(other_, fork, 0));
  kernel(other_, [&] { ++ran; });
  EXPECT_EQ(cudaStreamEndCapture(stream_, &ended), cudaErrorStreamCaptureUnjoined);

  const cudaGraph_t c = new_graph();
  begin(stream_, c);
  kernel(stream_, [&] { ran = 1; });
  EXPECT_OK(cudaEventRecord(fork, stream_));
  EXPECT_OK(cudaStreamWaitEvent(other_, fork, 0));
  kernel(other_, [&] { ran *= 3; });
  kernel(stream_, [&] { ran *= 5; });
  EXPECT_OK(cudaEventRecord(join, other_));
  EXPECT_OK(cudaStreamWaitEvent(stream_, join, 0));
  kernel(stream_, [&] { ran += 1; });
  EXPECT_EQ(end(stream_), c);
  EXPECT_OK(instantiate(c));
  for (const uint64_t seed : {1, 2, 3, 4}) {
    settings().seed = seed;
    launch_and_wait();
    EXPECT_EQ(ran, 16);
  }
  for (const cudaGraph_t graph : {a, b, c}) EXPECT_OK(cudaGraphDestroy(graph));
  EXPECT_OK(cudaGraphExecDestroy(executable_));
  EXPECT_OK(cudaEventDestroy(fork));
  EXPECT_OK(cudaEventDestroy(join));
}

TEST_F(SimulatedRules, EdgesWithDataAreNotDropped) {
  const cudaGraph_t graph = new_graph();
  begin(stream_, graph);
  submit(stream_of(stream_), {.type = cudaGraphNodeTypeKernel, .name = "kernel", .ends_early = true});
  cudaStreamCaptureStatus status{};
  const cudaGraphNode_t* front = nullptr;
  size_t count = 0;
  EXPECT_EQ(cudaStreamGetCaptureInfo(stream_, &status, nullptr, nullptr, &front, nullptr, &count),
            cudaErrorLossyQuery);
  kernel(stream_, [] {});
  EXPECT_OK(cudaStreamGetCaptureInfo(stream_, &status, nullptr, nullptr, &front, nullptr, &count));
  ASSERT_EQ(count, 1u);
  cudaGraphNode_t before = nullptr;
  EXPECT_EQ(cudaGraphNodeGetDependencies(front[0], &before, nullptr, &count), cudaErrorLossyQuery);
  end(stream_);
  EXPECT_OK(cudaGraphDestroy(graph));
}

TEST_F(SimulatedRules, BodiesHoldWhatTheyMay) {
  for (const bool copies : {false, true}) {
    const cudaGraph_t graph = new_graph();
    const uint64_t handle = new_handle(graph);
    begin(stream_, graph);
    EXPECT_OK(add_conditional(handle, cudaGraphCondTypeIf, 1));
    begin(other_, bodies_[0]);
    char pageable = 0;
    if (copies)
      EXPECT_OK(cudaMemcpyAsync(device_, &pageable, 1, cudaMemcpyDefault, other_));
    else
      EXPECT_OK(cudaLaunchHostFunc(
          other_, [](void*) {}, nullptr));
    end(other_);
    end(stream_);
    EXPECT_EQ(instantiate(graph), cudaErrorInvalidValue);
    EXPECT_DEATH((void)cudaGraphDestroy(bodies_[0]), "a body is destroyed");
    EXPECT_EQ(instantiate(bodies_[0]), cudaErrorInvalidValue);
    EXPECT_OK(cudaGraphDestroy(graph));
  }
}

TEST_F(SimulatedRules, AHandleHasOneNodeOfItsGraphOrInsideIt) {
  const cudaGraph_t graph = new_graph(), unrelated = new_graph();
  const uint64_t handle = new_handle(graph), unused = new_handle(graph), foreign = new_handle(unrelated);
  begin(stream_, graph);
  EXPECT_EQ(add_conditional(foreign, cudaGraphCondTypeIf, 1), cudaErrorInvalidValue);
  EXPECT_EQ(add_conditional(handle, cudaGraphCondTypeIf, 3), cudaErrorInvalidValue);
  EXPECT_EQ(add_conditional(handle, cudaGraphCondTypeSwitch, 0), cudaErrorInvalidValue);
  EXPECT_EQ(add_conditional(999999, cudaGraphCondTypeIf, 1), cudaErrorInvalidValue);
  EXPECT_OK(add_conditional(handle, cudaGraphCondTypeIf, 1));
  EXPECT_EQ(add_conditional(handle, cudaGraphCondTypeIf, 1), cudaErrorInvalidValue);
  end(stream_);
  EXPECT_EQ(instantiate(graph), cudaErrorInvalidValue) << "one handle has no node";
  cudaGraphConditionalHandle made = 0;
  EXPECT_EQ(cudaGraphConditionalHandleCreate(&made, graph, 1, 0), cudaErrorInvalidValue);
  begin(stream_, graph);
  EXPECT_OK(add_conditional(unused, cudaGraphCondTypeSwitch, 2));
  end(stream_);
  EXPECT_OK(instantiate(graph));
  cudaGraphExec_t second = nullptr;
  EXPECT_EQ(cudaGraphInstantiate(&second, graph, 0), cudaErrorInvalidValue) << "one executable only";
  EXPECT_OK(cudaGraphExecDestroy(executable_));
  EXPECT_OK(instantiate(graph));
  EXPECT_OK(cudaGraphExecDestroy(executable_));
  EXPECT_DEATH((void)cudaGraphLaunch(executable_, stream_), "was destroyed");
  EXPECT_OK(cudaGraphDestroy(graph));
  EXPECT_OK(cudaGraphDestroy(unrelated));
}

TEST_F(SimulatedRules, KernelsSetConditions) {
  const cudaGraph_t graph = new_graph();
  const uint64_t which = new_handle(graph, 7), whether = new_handle(graph, 0, 0);
  unsigned value = 0, taken = 0;
  begin(stream_, graph);
  kernel(stream_, [&, which, whether] {
    set_condition(which, value);
    set_condition(whether, 0);
  });
  EXPECT_OK(add_conditional(which, cudaGraphCondTypeSwitch, 3));
  for (unsigned i = 0; i < 3; ++i) {
    begin(other_, bodies_[i]);
    kernel(other_, [&, i, whether] {
      taken += 10 + i;
      set_condition(whether, 1);
    });
    end(other_);
  }
  EXPECT_OK(add_conditional(whether, cudaGraphCondTypeIf, 1));
  begin(other_, bodies_[0]);
  kernel(other_, [&] { taken += 100; });
  end(other_);
  end(stream_);
  EXPECT_OK(instantiate(graph));
  for (value = 0; value < 5; ++value) {
    taken = 0;
    launch_and_wait();
    EXPECT_EQ(taken, value < 3 ? 110 + value : 0);
  }
  settings().setters_are_lost = true;
  const auto defaults = coverage().defaults_read;
  launch_and_wait();
  EXPECT_GT(coverage().defaults_read, defaults);
  EXPECT_OK(cudaGraphExecDestroy(executable_));
  EXPECT_OK(cudaGraphDestroy(graph));
}

// A fault stays: in a process of its own.
TEST_F(SimulatedRules, AFaultIsSticky) {
  const auto fails = [&](const std::function<void(uint64_t)>& set) {
    const cudaGraph_t graph = new_graph();
    const uint64_t handle = new_handle(graph);
    begin(stream_, graph);
    kernel(stream_, [=] { set(handle); });
    EXPECT_OK(add_conditional(handle, cudaGraphCondTypeIf, 1));
    kernel(stream_, [=] { set(handle); });
    end(stream_);
    EXPECT_OK(instantiate(graph));
    EXPECT_OK(cudaGraphLaunch(executable_, stream_));
    const bool sticky = cudaStreamSynchronize(stream_) == cudaErrorIllegalAddress &&
                        cudaGetLastError() == cudaErrorIllegalAddress &&
                        cudaMalloc(&device_, 1) == cudaErrorIllegalAddress;
    std::_Exit(sticky ? 0 : 1);
  };
  const auto exits = testing::ExitedWithCode(0);
  EXPECT_EXIT(fails([](uint64_t h) { set_condition(h, 1); }), exits, "after its node has read it");
  EXPECT_EXIT(fails([](uint64_t h) { set_condition(h, 1), set_condition(h, 1); }), exits,
              "a second time in one kernel");
  EXPECT_EXIT(fails([](uint64_t h) { set_condition(h + 1000, 1); }), exits, "that another graph has");
  EXPECT_EXIT(
      {
        kernel(stream_, [] { set_condition(1, 1); });
        std::_Exit(cudaStreamSynchronize(stream_) == cudaErrorIllegalAddress ? 0 : 1);
      },
      exits, "outside a graph");
}

TEST_F(SimulatedRules, LaunchesKeepToTheLimits) {
  const auto launch = [&](KernelLaunch k) {
    k.name = "kernel";
    try {
      CudaQueue queue(nullptr);
      launch_kernel(&queue, k);
    } catch (const std::exception& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  const auto run = [] {};
  EXPECT_EQ(launch({"", {1, 65535, 65535}, 1024, 48 << 10, 4096, run}), "");
  for (const KernelLaunch& k : {KernelLaunch{"", {1, 1, 1}, 1025, 0, 0, run},
                                {"", {1, 65536, 1}, 32, 0, 0, run},
                                {"", {1, 1, 65536}, 32, 0, 0, run},
                                {"", {1, 1, 1}, 0, 0, 0, run}})
    EXPECT_NE(launch(k).find("cudaErrorInvalidConfiguration"), std::string::npos);
  for (const KernelLaunch& k :
       {KernelLaunch{"", {1, 1, 1}, 32, (48 << 10) + 1, 0, run}, {"", {1, 1, 1}, 32, 0, 4097, run}})
    EXPECT_NE(launch(k).find("cudaErrorInvalidValue"), std::string::npos);
}

TEST_F(SimulatedRules, WaitingForNothingEndsTheProgram) {
  EXPECT_OK(cudaStreamDestroy(other_));
  EXPECT_DEATH((void)cudaStreamSynchronize(other_), "a stream is used that was destroyed");
  EXPECT_OK(cudaStreamCreateWithFlags(&other_, cudaStreamNonBlocking));
}

}  // namespace
}  // namespace fxe::sim
