// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

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
    void* data = nullptr;
    if (rounded >= bytes)
      data = rounded >= kHugePage ? map(rounded) : zeroed(std::max(rounded, kBufferAlignment));
    if (!data)
      throw run_time_error("cpu: out of memory, {} bytes were needed in one piece; try a smaller --batch",
                           bytes);
    return Buffer(*this, data, bytes);
  }

  std::unique_ptr<Queue> make_queue() override { return std::make_unique<HostQueue>(); }

 private:
#ifdef __SANITIZE_ADDRESS__
  static constexpr size_t kHugePage = SIZE_MAX;  // AddressSanitizer guards what malloc gives
#else
  static constexpr size_t kHugePage = 2 << 20;
#endif

  static void* zeroed(size_t bytes) {
    void* const data = std::aligned_alloc(kBufferAlignment, bytes);
    if (data) std::memset(data, 0, bytes);
    return data;
  }

  // Large pieces use huge pages if the system has them: reading weights through 4 KiB pages makes ResNet-50 a
  // tenth slower (perf/). The system zeroes them, page by page as they are touched.
  void* map(size_t bytes) {
    if (bytes > SIZE_MAX - 2 * kHugePage) return nullptr;
    const size_t mapped = bytes + kHugePage;
    void* const start = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return nullptr;
    const auto at = (reinterpret_cast<uintptr_t>(start) + kHugePage - 1) / kHugePage * kHugePage;
    void* const data = reinterpret_cast<void*>(at);
    madvise(data, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);  // a hint: a refusal does not matter
    const std::lock_guard lock(mutex_);
    mappings_[data] = {start, mapped};
    return data;
  }

  void release(void* data) noexcept override {
    const std::lock_guard lock(mutex_);
    const auto found = mappings_.find(data);
    if (found == mappings_.end()) return std::free(data);
    munmap(found->second.start, found->second.bytes);
    mappings_.erase(found);
  }

  struct Mapping {
    void* start;
    size_t bytes;
  };
  std::mutex mutex_;
  std::map<void*, Mapping> mappings_;  // by the address callers hold
};

}  // namespace

std::unique_ptr<Device> make_host_device() { return std::make_unique<HostDevice>(); }

}  // namespace fxe
