// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/time_plan.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <limits>

#include "engine/cuda/cuda_device.h"

namespace fxe::cuda {

namespace {

class Event {
 public:
  Event() { FXE_CUDA(cudaEventCreate(&event_)); }
  ~Event() { (void)cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record(cudaStream_t stream) { FXE_CUDA(cudaEventRecord(event_, stream)); }
  float ms_since(const Event& start) {
    FXE_CUDA(cudaEventSynchronize(event_));
    float ms = 0;
    FXE_CUDA(cudaEventElapsedTime(&ms, start.event_, event_));
    return ms;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace

double time_plan(Device& device, cudnnHandle_t handle, const CudnnConv& conv,
                 std::shared_ptr<const CudnnPlan> plan) {
  constexpr int kGroups = 3, kRuns = 10;
  const auto memory = [&](int64_t elements) {
    return device.allocate(static_cast<size_t>(elements) * size_bytes(conv.dtype));
  };
  const int64_t result = conv.n * conv.k * conv.p * conv.q;
  const Buffer x = memory(conv.n * conv.c * conv.h * conv.w), y = memory(result),
               w = memory(conv.k * (conv.c / conv.groups) * conv.filter.h * conv.filter.w),
               bias = memory(conv.bias ? conv.k : 0), residual = memory(conv.residual ? result : 0),
               workspace = device.allocate(plan->workspace_bytes());
  std::map<int64_t, void*> addresses{
      {CudnnConv::kX, x.data()}, {CudnnConv::kW, w.data()}, {CudnnConv::kY, y.data()}};
  if (conv.bias) addresses[CudnnConv::kBias] = bias.data();
  if (conv.residual) addresses[CudnnConv::kResidual] = residual.data();
  const CudnnExecution execution(std::move(plan), addresses, workspace.data());

  const auto queue = device.make_queue();
  const cudaStream_t stream = static_cast<CudaQueue&>(*queue).stream();
  double best = std::numeric_limits<double>::infinity();
  Event start, end;
  for (int group = 0; group <= kGroups; ++group) {
    start.record(stream);
    for (int run = 0; run < (group == 0 ? 1 : kRuns); ++run) execution.enqueue(handle, stream);
    end.record(stream);
    const double ms = end.ms_since(start) / kRuns;
    if (group > 0) best = std::min(best, ms);
  }
  return best;
}

}  // namespace fxe::cuda
