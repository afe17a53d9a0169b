// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cuda_device.h"
#include "engine/error.h"

namespace fxe {

void check_cuda(cudaError_t status, const char* expression, const char* file, int line) {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();  // reported here, and not again by the next call
  throw run_time_error("{}: {} ({}) at {}:{}", expression, cudaGetErrorName(status),
                       cudaGetErrorString(status), file, line);
}

CudaQueue::CudaQueue(cudaStream_t stream, int device) : stream_(stream), device_(device) {}

CudaQueue::CudaQueue(Recorder& recorder) : recorder_(&recorder) {}

CudaQueue::~CudaQueue() {
  if (stream_) (void)cudaStreamDestroy(stream_);
}

cudaStream_t CudaQueue::stream() const {
  if (device_ >= 0) FXE_CUDA(cudaSetDevice(device_));
  return stream_;
}

void CudaQueue::copy(void* to, const void* from, size_t bytes) {
  if (recorder_)
    recorder_->add(Recorder::Kind::copy, "copy", bytes);
  else
    FXE_CUDA(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream()));
}

void CudaQueue::wait() {
  if (recorder_)
    recorder_->add(Recorder::Kind::wait, "wait");
  else
    FXE_CUDA(cudaStreamSynchronize(stream()));
}

CudaMark::~CudaMark() {
  if (event_) (void)cudaEventDestroy(event_);
}

void CudaMark::set(CudaQueue& queue) {
  recorder_ = queue.recorder();
  if (recorder_) return recorder_->add(Recorder::Kind::order, "mark");
  cudaStream_t stream = queue.stream();
  if (!event_) FXE_CUDA(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
  FXE_CUDA(cudaEventRecord(event_, stream));
}

void CudaMark::hold(CudaQueue& queue) const {
  if (recorder_) return recorder_->add(Recorder::Kind::order, "hold");
  if (event_) FXE_CUDA(cudaStreamWaitEvent(queue.stream(), event_, 0));
}

void CudaMark::wait() const {
  if (recorder_) return recorder_->add(Recorder::Kind::wait, "wait");
  if (event_) FXE_CUDA(cudaEventSynchronize(event_));
}

}  // namespace fxe
