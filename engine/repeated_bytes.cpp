// SPDX-License-Identifier: Apache-2.0
#include "engine/repeated_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <vector>

namespace fxe {

namespace {

constexpr size_t kBlock = size_t{1} << 20;  // whole pages

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

}  // namespace

RepeatedBytes repeat_bytes(std::span<const std::byte> value, size_t size) {
  std::vector<std::byte> block(kBlock);
  for (size_t i = 0; i < kBlock; i += value.size())
    std::copy(value.begin(), value.end(), block.begin() + static_cast<ptrdiff_t>(i));
  const Descriptor file{memfd_create("fxe-repeated", MFD_CLOEXEC)};
  if (file.fd < 0 || write(file.fd, block.data(), kBlock) != static_cast<ssize_t>(kBlock))
    throw std::bad_alloc();
  const size_t whole = std::max((size + kBlock - 1) / kBlock, size_t{1}) * kBlock;
  void* const base = mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) throw std::bad_alloc();
  const std::shared_ptr<const void> owner(base,
                                          [whole](const void* at) { munmap(const_cast<void*>(at), whole); });
  for (size_t at = 0; at < whole; at += kBlock)
    if (mmap(static_cast<std::byte*>(base) + at, kBlock, PROT_READ, MAP_SHARED | MAP_FIXED, file.fd, 0) ==
        MAP_FAILED)
      throw std::bad_alloc();
  return {{static_cast<const std::byte*>(base), size}, owner};
}

}  // namespace fxe
