// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/files/output_target.h"
#include "engine/files/temporary_file.h"

namespace fxe {

// The one way fxe writes a file. A regular file appears under its name, through links, only when it is
// complete: it is written beside it under a temporary name, and commit() puts it on disk and in place, with
// the mode and owner of the file it replaces. Without commit() the old file, if any, stays. Devices, pipes
// and descriptors ("-" is standard output) are written to directly.
class OutputFile {
 public:
  OutputFile() = default;  // discards what is written
  // Throws run_time if the file cannot be created or must not be written, bad_input for a folder or a disk.
  explicit OutputFile(const std::filesystem::path& name) { open(name, find_output(name)); }
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // The same, for a default-constructed one.
  void open(const std::filesystem::path& name, const OutputTarget&);

  explicit operator bool() const { return temporary_ || direct_; }
  const std::filesystem::path& name() const { return name_; }
  // Errors, such as a full disk, are kept for commit().
  void write(std::string_view bytes);
  // Throws run_time, with the reason, if any of it could not be written. The file is closed.
  void commit();

 private:
  void open_special(const OutputTarget&);
  void flush();
  void keep_owner();

  std::filesystem::path name_;
  std::optional<struct stat> replaced_;
  std::optional<TemporaryFile> temporary_;
  Descriptor direct_;
  std::string buffer_;
  int error_ = 0;
};

}  // namespace fxe
