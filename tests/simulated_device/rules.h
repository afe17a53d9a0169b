// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "engine/cuda/cuda_device.h"
#include "tests/simulated_device/call.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/executable.h"
#include "tests/simulated_device/kernels.h"
#include "tests/simulated_device/memory.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {

// For tests of the simulated GPU itself, which break each of its rules once.
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
  // Adds a conditional node to the graph that `stream_` is captured to; its bodies go to `bodies_`.
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

}  // namespace fxe::sim
