// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/gpu_kernel_clock.h"

#include "engine/cuda/cuda_device.h"

namespace fxe {

GpuKernelClock::GpuKernelClock(std::vector<PlanMember*> members)
    : members_(std::move(members)),
      cupti_([this](uint64_t copy, uint64_t original) { join_.note_copy(copy, original); }) {
  for (PlanMember* member : members_) member->observe(this);
}

GpuKernelClock::~GpuKernelClock() {
  for (PlanMember* member : members_) member->observe(nullptr);
}

uint64_t GpuKernelClock::mark_of(const Plan& plan, size_t layer, size_t kernel) {
  const auto [found, is_new] = marks_.try_emplace({&plan, {layer, kernel}});
  if (is_new) found->second = join_.mark({&plan, layer, kernel});
  return found->second;
}

void GpuKernelClock::begin(Queue& queue, const Plan& plan, size_t layer, size_t kernel) {
  const cudaStream_t stream = static_cast<CudaQueue&>(queue).stream();
  cudaStreamCaptureStatus status{};
  FXE_CUDA(cudaStreamIsCapturing(stream, &status));
  captures_ = status == cudaStreamCaptureStatusActive;
  if (captures_)
    front_ = captured_front(stream);
  else
    cupti_.push_mark(mark_of(plan, layer, kernel));
}

void GpuKernelClock::end(Queue& queue, const Plan& plan, size_t layer, size_t kernel) {
  if (!captures_) return cupti_.pop_mark();
  for (const cudaGraphNode_t node :
       nodes_between(front_, captured_front(static_cast<CudaQueue&>(queue).stream())))
    join_.note_node(cupti_.node_id(node), {&plan, layer, kernel});
}

void GpuKernelClock::watch(bool) { (void)cupti_.take(); }

std::vector<KernelCall> GpuKernelClock::take() { return join_.join(cupti_.take()); }

}  // namespace fxe
