// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace fxe {

// An ordered sequence of work on one device. Host: work runs inside the call. CUDA: a stream (engine/cuda/).
class Queue {
 public:
  virtual ~Queue() = default;
  // In any direction, ordered with the other work.
  virtual void copy(void* to, const void* from, size_t bytes) = 0;
  // Returns when all work is done: the only call in fxe that blocks the host.
  virtual void wait() = 0;
};

class Device;

// Memory on a device, freed with the object. Aligned to kBufferAlignment.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Device& device, void* data, size_t bytes) : device_(&device), data_(data), bytes_(bytes) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer(std::move(other)).swap(*this);
    return *this;
  }
  ~Buffer();

  std::byte* data() const { return static_cast<std::byte*>(data_); }
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  size_t bytes() const { return bytes_; }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
  }

  Device* device_ = nullptr;
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

inline constexpr size_t kBufferAlignment = 256;

// Where plans run: memory and queues, nothing else. Outlives its buffers and queues.
class Device {
 public:
  virtual ~Device() = default;
  virtual std::string description() const = 0;  // "cpu", "cuda:0 NVIDIA H200", ...
  // Zeroed. Throws run_time naming what was needed and what is free.
  virtual Buffer allocate(size_t bytes) = 0;
  virtual std::unique_ptr<Queue> make_queue() = 0;

 protected:
  friend class Buffer;
  virtual void release(void* data) noexcept = 0;
};

std::unique_ptr<Device> make_host_device();

}  // namespace fxe
