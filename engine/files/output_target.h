// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>

namespace fxe {

// What the name of an output stands for.
struct OutputTarget {
  enum class Kind {
    file,        // a regular file, or none yet: replaced as a whole
    descriptor,  // already open: "-", /dev/stdout, /dev/fd/3, and the file that standard output goes to
    special,     // a device or a named pipe: written to directly
  };
  Kind kind = Kind::file;
  std::filesystem::path path;        // of a file or special file, links followed
  int descriptor = -1;               // 1: standard output
  std::optional<struct stat> found;  // of the existing file, if any
};

// Throws bad_input for a folder or a disk; run_time if the name cannot be followed.
OutputTarget find_output(const std::filesystem::path& name);

// Whether both are the same file, or would be: by device and inode if they exist, else by folder and name.
bool same_file(const OutputTarget&, const OutputTarget&);

}  // namespace fxe
