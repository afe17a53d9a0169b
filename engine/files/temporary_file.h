// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "engine/files/descriptor.h"

namespace fxe {

// A file beside `target` that can take its name: `.NAME.<16 random hex digits>.fxe-tmp`, opened only if no
// file of that name existed. It is removed unless it takes the name, also when a signal ends the process
// (engine/signals.h), and locked while its process lives: the next TemporaryFile of the same target removes
// what a killed process left.
class TemporaryFile {
 public:
  // `target` is not a link. Throws run_time, with the reason, if the file cannot be created.
  TemporaryFile(const std::filesystem::path& target, mode_t mode);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int fd() const { return file_.get(); }
  // Puts the whole file on disk under the target's name. Returns 0, or errno of what failed.
  int take_name();

 private:
  bool make(mode_t mode);
  void remove_left_over() const;

  Descriptor folder_, file_;
  std::string target_, prefix_, name_;  // names inside the folder
  int slot_ = -1;
};

// Removes this process's temporary files. Called by signal handlers and by exit().
void remove_temporary_files() noexcept;

}  // namespace fxe
