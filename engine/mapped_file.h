// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace fxe {

// A regular file mapped read-only. Tensors that lie in it keep it alive through their owner, so a file's
// bytes are read from disk when they are first used. The file must not shrink while it is mapped.
class MappedFile {
 public:
  // Throws bad_input if the file is absent, unreadable, not a regular file, or empty.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path&);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }
  // These bytes no longer take memory; where they are used again they are read again.
  void forget(size_t from, size_t to) const;

 private:
  MappedFile(void* data, size_t size) : data_(data), size_(size) {}
  void* data_;
  size_t size_;
};

}  // namespace fxe
