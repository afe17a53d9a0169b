// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cuda_time_mark.h"

namespace fxe {

CudaTimeMark::~CudaTimeMark() {
  if (event_) (void)cudaEventDestroy(event_);
}

void CudaTimeMark::set(CudaQueue& queue) {
  if (Recorder* recorder = queue.recorder()) return recorder->add(Recorder::Kind::order, "time mark");
  cudaStream_t stream = queue.stream();
  if (!event_) FXE_CUDA(cudaEventCreate(&event_));
  FXE_CUDA(cudaEventRecord(event_, stream));
}

double CudaTimeMark::ms_since(const CudaTimeMark& earlier) const {
  if (!event_) return 0;
  float ms = 0;
  FXE_CUDA(cudaEventElapsedTime(&ms, earlier.event_, event_));
  return ms;
}

}  // namespace fxe
