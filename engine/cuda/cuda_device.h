// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <memory>

#include "engine/device.h"
#include "engine/recorder.h"

namespace fxe {

// Throws run_time with the expression, the error's name and text, file and line, unless `status`
// is cudaSuccess.
void check_cuda(cudaError_t status, const char* expression, const char* file, int line);
#define FXE_CUDA(expression) ::fxe::check_cuda((expression), #expression, __FILE__, __LINE__)

// Every queue of a CUDA device is one of these. With a recorder nothing runs: launches and copies are logged.
class CudaQueue final : public Queue {
 public:
  // Takes ownership of the stream. `device`, unless negative, is made current before the stream is used: the
  // runtime's current device is state of the calling thread.
  explicit CudaQueue(cudaStream_t stream, int device = -1);
  explicit CudaQueue(Recorder& recorder);  // no stream, no device needed
  ~CudaQueue() override;

  void copy(void* to, const void* from, size_t bytes) override;
  void wait() override;

  cudaStream_t stream() const;
  Recorder* recorder() const { return recorder_; }

 private:
  cudaStream_t stream_ = nullptr;
  int device_ = -1;
  Recorder* recorder_ = nullptr;
};

// A point in a queue's work. With a recording queue nothing is ordered: marks and waits are logged.
class CudaMark {
 public:
  CudaMark() = default;
  ~CudaMark();
  CudaMark(const CudaMark&) = delete;
  CudaMark& operator=(const CudaMark&) = delete;

  void set(CudaQueue&);         // here: after all work given to the queue so far
  void hold(CudaQueue&) const;  // makes later work of that queue wait for it
  void wait() const;            // makes the host wait for it

 private:
  cudaEvent_t event_ = nullptr;  // created when first set
  Recorder* recorder_ = nullptr;
};

// A real GPU; throws run_time with the reason if there is none (no driver, too old a driver, no device).
std::unique_ptr<Device> make_cuda_device(int index);

// A device that exists only as a description: allocations are host memory, queues record into `recorder`.
// Shows what a GPU would be told, on a machine without one.
std::unique_ptr<Device> make_recording_device(Recorder& recorder);

}  // namespace fxe
