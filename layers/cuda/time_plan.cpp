// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/time_plan.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "engine/cuda/cuda_time_mark.h"

namespace fxe::cuda {

namespace {

double time_runs(Device& device, const std::function<void(cudaStream_t)>& enqueue) {
  constexpr int kGroups = 3, kRuns = 10;
  const auto queue = device.make_queue();
  auto& cuda_queue = static_cast<CudaQueue&>(*queue);
  const cudaStream_t stream = cuda_queue.stream();
  double best = std::numeric_limits<double>::infinity();
  CudaTimeMark start, end;
  for (int group = 0; group <= kGroups; ++group) {
    start.set(cuda_queue);
    for (int run = 0; run < (group == 0 ? 1 : kRuns); ++run) enqueue(stream);
    end.set(cuda_queue);
    queue->wait();
    const double ms = end.ms_since(start) / kRuns;
    if (group > 0) best = std::min(best, ms);
  }
  return best;
}

Buffer memory(Device& device, int64_t elements, DType type) {
  return device.allocate(static_cast<size_t>(elements) * size_bytes(type));
}

}  // namespace

double time_plan(Device& device, cudnnHandle_t handle, const CudnnConv& conv,
                 std::shared_ptr<const CudnnPlan> plan) {
  const auto of = [&](int64_t elements) { return memory(device, elements, conv.dtype); };
  const int64_t result = conv.n * conv.k * conv.p * conv.q;
  const Buffer x = of(conv.n * conv.c * conv.h * conv.w), y = of(result),
               w = of(conv.k * (conv.c / conv.groups) * conv.filter.h * conv.filter.w),
               bias = of(conv.bias ? conv.k : 0), residual = of(conv.residual ? result : 0),
               workspace = device.allocate(plan->workspace_bytes());
  std::map<int64_t, void*> addresses{
      {CudnnConv::kX, x.data()}, {CudnnConv::kW, w.data()}, {CudnnConv::kY, y.data()}};
  if (conv.bias) addresses[CudnnConv::kBias] = bias.data();
  if (conv.residual) addresses[CudnnConv::kResidual] = residual.data();
  const CudnnExecution execution(std::move(plan), addresses, workspace.data());
  return time_runs(device, [&](cudaStream_t stream) { execution.enqueue(handle, stream); });
}

double time_plan(Device& device, cublasLtHandle_t handle, const LtMatmul& m, const LtPlan& plan) {
  const Buffer x = memory(device, m.rows * m.depth, m.dtype),
               w = memory(device, m.outputs * m.depth, m.dtype),
               y = memory(device, m.rows * m.outputs, m.y_dtype),
               bias = memory(device, m.bias ? m.outputs : 0, m.y_dtype),
               workspace = device.allocate(plan.workspace_bytes());
  const LtPlan::Addresses at{x.data(), w.data(), bias.data(), y.data(), workspace.data()};
  return time_runs(device, [&](cudaStream_t stream) { plan.enqueue(handle, at, stream); });
}

}  // namespace fxe::cuda
