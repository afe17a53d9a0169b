// SPDX-License-Identifier: Apache-2.0
// Every command of docs/tutorial.md runs, and prints the lines that it shows, but for those with times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <sstream>

#include "tests/paths.h"
#include "tests/support/sanitized.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

TEST(Tutorial, CommandsPrintWhatItShows) {
  if (!fs::exists(FXE_BINARY_DIR "/render_demo")) GTEST_SKIP() << "render_demo is not built";
  const Folder folder;
  fs::create_directory_symlink(FXE_BINARY_DIR, folder / "build");
  fs::create_directory_symlink(FXE_SOURCE_DIR "/demo", folder / "demo");
  std::string text = read_text(FXE_SOURCE_DIR "/docs/tutorial.md"), printed;
  text = std::regex_replace(text, std::regex(R"(\\\n)"), "");
  if (kSanitized) text = std::regex_replace(text, std::regex("--count 1000"), "--count 60");
  std::istringstream lines(text);
  size_t commands = 0, shown = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("    ")) continue;
    line.erase(0, 4);
    if (line.starts_with("build/")) {
      const std::string log = folder / "log";
      const int status =
          std::system(("cd '" + folder.path() + "' && (" + line + ") >'" + log + "' 2>&1").c_str());
      printed = read_text(log);
      ASSERT_EQ(status, 0) << line << "\n" << printed;
      ++commands;
    } else if (!kSanitized && line.find(" ms") == std::string::npos) {
      EXPECT_THAT(printed, testing::HasSubstr(line));
      ++shown;
    }
  }
  EXPECT_GE(commands, 11u);
  EXPECT_GE(kSanitized ? 12u : shown, 12u);
}

}  // namespace
}  // namespace fxe::test
