// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <cstring>

#include "engine/cuda/cuda_device.h"
#include "engine/error.h"

namespace fxe {

namespace {

class RecordingDevice final : public Device {
 public:
  explicit RecordingDevice(Recorder& recorder) : recorder_(recorder) {}

  std::string description() const override { return "cuda (recorded, nothing runs)"; }

  Buffer allocate(size_t bytes) override {
    recorder_.add(Recorder::Kind::allocate, "buffer", bytes);
    const size_t rounded = (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
    void* data = rounded >= bytes ? std::aligned_alloc(kBufferAlignment, rounded ? rounded : kBufferAlignment)
                                  : nullptr;
    if (!data) throw run_time_error("recording device: {} bytes of host memory were needed", bytes);
    std::memset(data, 0, rounded);
    return Buffer(*this, data, bytes);
  }

  std::unique_ptr<Queue> make_queue() override { return std::make_unique<CudaQueue>(recorder_); }

 private:
  void release(void* data) noexcept override { std::free(data); }

  Recorder& recorder_;
};

}  // namespace

std::unique_ptr<Device> make_recording_device(Recorder& recorder) {
  return std::make_unique<RecordingDevice>(recorder);
}

}  // namespace fxe
