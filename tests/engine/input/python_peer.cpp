// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/input/python_peer.h"
#include "tests/paths.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "engine/input/text_file.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {

namespace {

// Python must not inherit a sanitizer's library that is preloaded for this program.
constexpr const char* kNoPreload = "LD_PRELOAD= ";

}  // namespace

std::vector<std::string> run_peer(const std::string& python, const std::string& script,
                                  const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out", log = folder.path() / "log";
  std::string command = kNoPreload + python + " -W ignore '" FXE_SOURCE_DIR "/tests/engine/" + script + "'";
  for (const auto& argument : arguments) command += " '" + argument + "'";
  command += " >'" + out.string() + "' 2>'" + log.string() + "'";
  if (std::system(command.c_str()) != 0) {
    std::ostringstream text;
    text << std::ifstream(log).rdbuf();
    throw std::runtime_error(script + " failed: " + text.str());
  }
  return read_lines(out);
}

std::vector<std::string> split_at_tabs(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
  return fields;
}

}  // namespace fxe::test
