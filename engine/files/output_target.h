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
    descriptor,  // one that is open already: "-", /dev/stdout, /dev/fd/3, and the file that standard output
                 // goes to
    special,     // a device, a named pipe: written to as it is
  };
  Kind kind = Kind::file;
  std::filesystem::path path;        // of a file or special file, links followed
  int descriptor = -1;               // 1: standard output
  std::optional<struct stat> found;  // of what is there
};

// Throws bad_input for a folder or a disk; run_time where the name cannot be followed.
OutputTarget find_output(const std::filesystem::path& name);

// Both are the same file, or would be: there, by device and inode; not there yet, by their folder and name.
bool same_file(const OutputTarget&, const OutputTarget&);

}  // namespace fxe
