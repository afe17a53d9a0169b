// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>

namespace fxe {

// An open file, closed with it. -1: none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  void close();

 private:
  int fd_;
};

// Writes all bytes, in as many calls as it takes. Returns 0, or errno of the call that failed.
int write_all(int fd, std::string_view bytes);

// Puts an open folder's names on disk. Returns 0, also if the file system cannot do so, or errno.
int sync_folder(int fd);

}  // namespace fxe
