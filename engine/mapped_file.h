// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace fxe {

// A regular file mapped read-only. Tensors that lie in it keep it alive through their owner, so a file's
// bytes are read from disk when they are first used. If the file shrinks in the meantime, reading what is
// gone raises SIGBUS: see file_mapped_at().
class MappedFile {
 public:
  // Throws bad_input if the file is absent, not a regular file, or empty; run_time if the system fails to
  // read it, see cannot_read().
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path&);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }
  // Drops these bytes from memory; they are read again when next used.
  void forget(size_t from, size_t to) const;

 private:
  MappedFile(void* data, size_t size, const std::filesystem::path&);
  void* data_;
  size_t size_;
  std::string name_;  // escaped for display
};

// The displayable name of the file whose mapping holds this address; nullptr if there is none, or if too many
// are mapped. For signal handlers.
const char* file_mapped_at(const void* address);

}  // namespace fxe
