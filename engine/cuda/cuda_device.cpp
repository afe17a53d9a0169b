// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cuda_device.h"

#include <fmt/format.h>

#include "engine/cuda/cuda_status.h"
#include "engine/error.h"

namespace fxe {

namespace {

// Every call sets the device first: the runtime's current device is state of the calling thread.
class CudaDevice final : public Device {
 public:
  CudaDevice(int index, std::string name) : index_(index), name_(std::move(name)) {}

  std::string description() const override { return fmt::format("cuda:{} {}", index_, name_); }

  Buffer allocate(size_t bytes) override {
    FXE_CUDA(cudaSetDevice(index_));
    void* data = nullptr;
    if (const cudaError_t status = cudaMalloc(&data, bytes ? bytes : 1); status != cudaSuccess)
      throw_allocation_failed(status, bytes);
    Buffer buffer(*this, data, bytes);
    // Complete on return, so that any stream may use the memory: it waits for the legacy default stream.
    FXE_CUDA(cudaMemset(data, 0, bytes));
    FXE_CUDA(cudaStreamSynchronize(cudaStreamLegacy));
    return buffer;
  }

  std::unique_ptr<Queue> make_queue() override {
    FXE_CUDA(cudaSetDevice(index_));
    cudaStream_t stream = nullptr;
    FXE_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    return std::make_unique<CudaQueue>(stream, index_);
  }

 private:
  void release(void* data) noexcept override {
    (void)cudaSetDevice(index_);
    (void)cudaFree(data);
  }

  [[noreturn]] void throw_allocation_failed(cudaError_t status, size_t bytes) const {
    (void)cudaGetLastError();
    size_t free_bytes = 0, total_bytes = 0;
    (void)cudaMemGetInfo(&free_bytes, &total_bytes);
    throw run_time_error(
        "{}: {} bytes were needed, {} of {} are free ({}); try a smaller --batch or precision", description(),
        bytes, free_bytes, total_bytes, cudaGetErrorName(status));
  }

  int index_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Device> make_cuda_device(int index) {
  const CudaStatus status = cuda_status();
  if (status.state != CudaStatus::State::working)
    throw run_time_error("no GPU can be used: {}; or use --device cpu", status.text);
  if (index < 0 || static_cast<size_t>(index) >= status.devices.size())
    throw run_time_error("there is no device cuda:{}; this machine has {}: {}", index, status.devices.size(),
                         status.text);
  return std::make_unique<CudaDevice>(index, status.devices[static_cast<size_t>(index)].name);
}

}  // namespace fxe
