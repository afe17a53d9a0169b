// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/rules.h"

namespace fxe::sim {
namespace {

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

}  // namespace
}  // namespace fxe::sim
