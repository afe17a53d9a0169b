// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cxxopts.hpp>
#include <filesystem>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/append_file.h"
#include "engine/files/files_read.h"
#include "engine/files/output_file.h"
#include "tools/reports/output_kind.h"

namespace fxe {

// Every file that a run writes, opened before the run: it finds out before anything is computed what cannot
// be written, or would destroy something. Create it once all inputs except images are read. Opening throws
// bad_input for
//   * an existing file of another kind, unless it is empty or --force was given;
//   * a file that the run has read (commit() notices what it reads later);
//   * a file that is another output of the run, or a second output to "-".
// With an output to standard output, what is printed goes to standard error.
class Outputs {
 public:
  explicit Outputs(const cxxopts::ParseResult& parsed) : parsed_(parsed) {}
  ~Outputs();
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  // Opens the option's value; if that is empty, what is written to the file is discarded.
  OutputFile& open(const std::string& option, const OutputKind&);
  // `who`: its name in errors, such as "--json".
  OutputFile& open(const std::string& who, const std::filesystem::path&, const OutputKind&);

  // A table with this head line, which lines are appended to.
  AppendFile& append(const std::string& option, const char* head);

  // For an input that is not read yet: throws bad_input if it is one of the outputs.
  void refuse(const std::filesystem::path& input) const;
  // Called before images are read: there are many, and none may be taken for a file of results unless --force
  // says so.
  template <class Images>
  void refuse_images(const Images& dataset) const {
    stop_noting_files();
    for (size_t i = 0; forced_ && i < dataset.images(); ++i) refuse(dataset.file(i));
  }

  // Commits every file not committed yet, even if others fail; then throws the first error.
  void commit();

 private:
  struct Claimed {
    std::string who;
    std::filesystem::path name;
    OutputTarget target;
  };

  OutputTarget claim(const std::string& who, const std::filesystem::path&);
  static void refuse_input(const Claimed&);
  void move_printing();

  const cxxopts::ParseResult& parsed_;
  bool forced_ = false;
  std::vector<Claimed> claimed_;
  std::list<OutputFile> files_;
  std::list<AppendFile> tables_;
  Descriptor standard_output_;  // while printing goes elsewhere
};

// What a signal stopped is shown, but never lies under the name of a finished result: says on standard error
// how far `command` came, and which of the files that these options asked for are not written. Returns the
// exit code.
int report_interrupted(std::string_view command, const std::string& how_far, int signal,
                       const cxxopts::ParseResult&, const std::vector<const char*>& file_options);

}  // namespace fxe
