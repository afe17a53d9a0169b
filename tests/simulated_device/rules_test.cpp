// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/simulated_device/rules.h"

namespace fxe::sim {
namespace {

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

// A fault stays, so this runs in its own process.
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
