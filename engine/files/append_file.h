// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "engine/files/output_file.h"

namespace fxe {

// A table that every run appends lines to: the one output that is not replaced as a whole. A new or empty
// file gets the head line first. Processes that append to one file wait for each other; a line that another
// process left unfinished is ended first, so that nothing is joined to it.
class AppendFile {
 public:
  AppendFile() = default;  // discards what is added
  // Throws bad_input if the file's first line is another, run_time if it cannot be written.
  AppendFile(const std::filesystem::path& name, const OutputTarget&, std::string head);

  void add(const std::string& line) { lines_ += line + '\n'; }  // kept until commit()
  // Throws run_time unless everything was written; then nothing of it stays, nor a file that was not there.
  void commit();

 private:
  int append(int file, off_t bytes, const std::string& lines) const;

  std::filesystem::path name_;
  OutputTarget target_;
  std::string head_, lines_;
  OutputFile direct_;  // to a device or pipe
};

}  // namespace fxe
