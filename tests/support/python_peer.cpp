// SPDX-License-Identifier: Apache-2.0
#include "tests/support/python_peer.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>

#include "tests/paths.h"

namespace fxe::test {

namespace fs = std::filesystem;

namespace {

// A folder for this run, removed at its end.
const fs::path& scratch() {
  struct Scratch {
    fs::path path = fs::path(FXE_BINARY_DIR) / ("test_scratch." + std::to_string(getpid()));
    Scratch() { fs::create_directories(path); }
    ~Scratch() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  };
  static const Scratch folder;
  return folder.path;
}

}  // namespace

std::string python_with(const std::string& modules) {
  static std::map<std::string, std::string> known;
  if (const auto found = known.find(modules); found != known.end()) return found->second;
  const char* given = std::getenv("FXE_PYTHON");
  const std::string made = std::string(FXE_SOURCE_DIR) + "/build-peers/bin/python";
  for (const std::string& candidate : {std::string(given ? given : "python3"), std::string("python3"),
                                       std::string("/usr/bin/python3"), made}) {
    const std::string command =
        "LD_PRELOAD= " + candidate + " -W ignore -c 'import " + modules + "' >/dev/null 2>&1";
    if (std::system(command.c_str()) == 0) return known[modules] = candidate;
  }
  return known[modules] = "";
}

fs::path run_script(const std::string& python, const std::string& script, const std::string& arguments) {
  static std::map<std::string, fs::path> done;
  const std::string call = script + " " + arguments;
  if (const auto found = done.find(call); found != done.end()) return found->second;
  const fs::path folder = scratch() / std::to_string(done.size()) / fs::path(script).filename();
  fs::create_directories(folder);
  const fs::path log = folder / "log";
  // Python must not inherit a sanitizer's library that is preloaded for this program.
  const std::string command = "LD_PRELOAD= " + python + " -W ignore '" + FXE_SOURCE_DIR + "/tests/" + script +
                              "' '" + folder.string() + "' " + arguments + " >'" + log.string() + "' 2>&1";
  if (std::system(command.c_str()) != 0) {
    const std::string text = read_text(log);
    throw std::runtime_error(script +
                             " failed: " + text.substr(text.size() - std::min<size_t>(text.size(), 2000)));
  }
  return done[call] = folder;
}

fs::path temporary_file(const std::string& name, std::string_view content) {
  const fs::path path = scratch() / name;
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  return path;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<float> read_floats(const fs::path& path) {
  const std::string bytes = read_text(path);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace fxe::test
