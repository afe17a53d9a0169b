// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace fxe {

// An output file that appears under its name only when it is complete: written beside it under a temporary
// name, renamed by commit(). Without commit() the temporary file is removed and the old file, if any, stays.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);  // throws run_time if the file cannot be made
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  std::ostream& stream() { return stream_; }
  void write(std::string_view bytes);
  void commit();  // throws run_time if anything written before failed, such as on a full disk

 private:
  std::filesystem::path path_, temporary_;
  std::ofstream stream_;
};

}  // namespace fxe
