// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "engine/files/descriptor.h"

namespace fxe {

// A file beside `target` that can take its name: `.NAME.<16 random hex digits>.fxe-tmp`, opened where nothing
// of that name was. It is removed unless it takes the name, also where a signal ends the process
// (engine/signals.h), and locked while its process lives: what a killed process left is removed by the next
// TemporaryFile of the same target.
class TemporaryFile {
 public:
  // `target` is no link. Throws run_time, with the reason, if the file cannot be made.
  TemporaryFile(const std::filesystem::path& target, mode_t mode);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int fd() const { return file_.get(); }
  // Puts all of it on disk under the target's name. Returns 0, or errno of what failed.
  int take_name();

 private:
  bool make(mode_t mode);
  void remove_left_over() const;

  Descriptor folder_, file_;
  std::string target_, prefix_, name_;  // names in the folder
  int slot_ = -1;
};

// Removes those of this process: what a signal handler, or exit(), calls before the process ends.
void remove_temporary_files() noexcept;

}  // namespace fxe
