// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <cstring>

#include "engine/device.h"
#include "engine/error.h"

namespace fxe {

Buffer::~Buffer() {
  if (data_) device_->release(data_);
}

namespace {

class HostQueue final : public Queue {
 public:
  void copy(void* to, const void* from, size_t bytes) override { std::memcpy(to, from, bytes); }
  void wait() override {}
};

class HostDevice final : public Device {
 public:
  std::string description() const override { return "cpu"; }

  Buffer allocate(size_t bytes) override {
    const size_t rounded = (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
    void* data = rounded >= bytes ? std::aligned_alloc(kBufferAlignment, rounded ? rounded : kBufferAlignment)
                                  : nullptr;
    if (!data)
      throw run_time_error("cpu: out of memory, {} bytes were needed in one piece; try a smaller --batch",
                           bytes);
    std::memset(data, 0, rounded);
    return Buffer(*this, data, bytes);
  }

  std::unique_ptr<Queue> make_queue() override { return std::make_unique<HostQueue>(); }

 private:
  void release(void* data) noexcept override { std::free(data); }
};

}  // namespace

std::unique_ptr<Device> make_host_device() { return std::make_unique<HostDevice>(); }

}  // namespace fxe
