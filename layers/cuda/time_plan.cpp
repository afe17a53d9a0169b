// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/time_plan.h"

#include <algorithm>
#include <limits>

#include "engine/cuda/cuda_time_mark.h"

namespace fxe::cuda {

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
  auto& cuda_queue = static_cast<CudaQueue&>(*queue);
  const cudaStream_t stream = cuda_queue.stream();
  double best = std::numeric_limits<double>::infinity();
  CudaTimeMark start, end;
  for (int group = 0; group <= kGroups; ++group) {
    start.set(cuda_queue);
    for (int run = 0; run < (group == 0 ? 1 : kRuns); ++run) execution.enqueue(handle, stream);
    end.set(cuda_queue);
    queue->wait();
    const double ms = end.ms_since(start) / kRuns;
    if (group > 0) best = std::min(best, ms);
  }
  return best;
}

}  // namespace fxe::cuda
