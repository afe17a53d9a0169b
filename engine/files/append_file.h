// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "engine/files/output_file.h"

namespace fxe {

// A table that every run adds its lines to: the one output that is not replaced as a whole. A file that is
// new or empty gets the head line first. Processes that add to one file wait for each other, and a line that
// another left unfinished is ended, so that nothing is joined to it.
class AppendFile {
 public:
  AppendFile() = default;  // what is added goes nowhere
  // Throws bad_input for a file whose first line is another, run_time for one that cannot be written.
  AppendFile(const std::filesystem::path& name, const OutputTarget&, std::string head);

  void add(const std::string& line) { lines_ += line + '\n'; }  // kept until commit()
  void commit();  // throws run_time where not all could be written: then nothing of it stays

 private:
  std::filesystem::path name_;
  OutputTarget target_;
  std::string head_, lines_;
  OutputFile direct_;  // to a device or pipe
};

}  // namespace fxe
