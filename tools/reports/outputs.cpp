// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/outputs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "engine/error.h"
#include "engine/signals.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

bool is_of_kind(const OutputTarget& target, const OutputKind& kind) {
  if (target.found->st_size == 0) return true;
  const Descriptor file(::open(target.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::string beginning(OutputKind::kBeginning, '\0');
  const ssize_t bytes = file ? read(file.get(), beginning.data(), beginning.size()) : -1;
  return bytes >= 0 && kind.are(std::string_view(beginning).substr(0, static_cast<size_t>(bytes)));
}

}  // namespace

Outputs::~Outputs() {
  if (!standard_output_) return;
  std::fflush(stdout);
  dup2(standard_output_.get(), STDOUT_FILENO);
}

OutputFile& Outputs::open(const std::string& option, const OutputKind& kind) {
  return open("--" + option, parsed_[option].as<std::string>(), kind);
}

OutputFile& Outputs::open(const std::string& who, const fs::path& name, const OutputKind& kind) {
  if (name.empty()) return files_.emplace_back();
  const OutputTarget target = claim(who, name);
  if (target.kind == OutputTarget::Kind::file && target.found && !is_of_kind(target, kind)) {
    if (!parsed_.count("force"))
      throw bad_input("{} {}: that file is not {} and would be lost; name another, or give --force", who,
                      name.string(), kind.what);
    forced_ = true;
  }
  files_.emplace_back().open(name, target);
  if (target.kind == OutputTarget::Kind::descriptor && target.descriptor == STDOUT_FILENO) move_printing();
  return files_.back();
}

AppendFile& Outputs::append(const std::string& option, const char* head) {
  const fs::path name = parsed_[option].as<std::string>();
  if (name.empty()) return tables_.emplace_back();
  const OutputTarget target = claim("--" + option, name);
  AppendFile& file = tables_.emplace_back(name, target, head);
  if (target.descriptor == STDOUT_FILENO) move_printing();
  return file;
}

OutputTarget Outputs::claim(const std::string& who, const fs::path& name) {
  if (name.string().starts_with("--"))
    throw bad_input("{}: expected the name of a file, found the option {}; a file of that name is ./{}", who,
                    name.string(), name.string());
  const OutputTarget target = find_output(name);
  refuse_input({who, name, target});
  for (const auto& other : claimed_)
    if (same_file(other.target, target))
      throw bad_input("{} and {} are both {}; name another file for one of them", other.who, who,
                      target.descriptor == STDOUT_FILENO ? "standard output" : name.string());
  claimed_.push_back({who, name, target});
  return target;
}

// Everything printed goes through descriptor 1, which becomes another name of standard error.
void Outputs::move_printing() {
  std::fflush(stdout);
  standard_output_ = Descriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  dup2(STDERR_FILENO, STDOUT_FILENO);
}

void Outputs::refuse_input(const Claimed& output) {
  if (output.target.kind == OutputTarget::Kind::file && output.target.found &&
      was_file_read(*output.target.found))
    throw bad_input("{} {}: that file is an input of this run; name another", output.who,
                    output.name.string());
}

void Outputs::refuse(const fs::path& input) const {
  struct stat status {};
  if (stat(input.c_str(), &status) != 0) return;
  for (const auto& output : claimed_)
    if (output.target.kind == OutputTarget::Kind::file && output.target.found &&
        output.target.found->st_dev == status.st_dev && output.target.found->st_ino == status.st_ino)
      throw bad_input("{} {}: that file is an input of this run; name another", output.who,
                      output.name.string());
}

void Outputs::commit() {
  std::ranges::for_each(claimed_, refuse_input);
  std::exception_ptr first;
  const auto end = [&](auto& file) {
    try {
      file.commit();
    } catch (const Error&) {
      if (!first) first = std::current_exception();
    }
  };
  std::ranges::for_each(files_, end);
  std::ranges::for_each(tables_, end);
  if (first) std::rethrow_exception(first);
}

int report_interrupted(std::string_view command, const std::string& how_far, int signal,
                       const cxxopts::ParseResult& parsed, const std::vector<const char*>& file_options) {
  std::vector<std::string> missing;
  for (const char* key : file_options)
    if (auto file = parsed[key].as<std::string>(); !file.empty()) missing.push_back(std::move(file));
  std::fflush(stdout);
  fmt::print(stderr, "{} interrupted {}{}{}\n",
             painted(terminal_of(stderr), Ink::yellow, fmt::format("fxe {}:", command)), how_far,
             missing.empty() ? "" : "; not written: ", fmt::join(missing, ", "));
  return exit_code_of_signal(signal);
}

}  // namespace fxe
