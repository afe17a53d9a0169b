// SPDX-License-Identifier: Apache-2.0
// Everything a command prints about members with long names fits a window of 80 columns; a wider one shows
// the names whole.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/tools/reports/pseudo_terminal.h"
#include "tests/tools/small_ensemble.h"
#include "tools/commands/commands.h"

namespace fxe::test {
namespace {

const std::string kLong = "a_member_with_a_name_of_far_more_than_forty_columns_";

class Window : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("TERM", "dumb", 1);  // no colour
    folder = new Folder;
    auto json = read_json(small_ensemble().ensemble);
    for (auto& m : json["members"]) {
      m["model"] = small_ensemble().folder / m["model"].get<std::string>();
      m["name"] = kLong + m["name"].get<std::string>();
    }
    write_text(*folder / "e.json", json.dump());
    ASSERT_EQ(
        fxe({"record", *folder / "e.json", small_ensemble().images, "-o", *folder / "s", "--threads", "1"})
            .code,
        0);
  }
  static void TearDownTestSuite() { delete folder; }

  // What "fxe WORDS" writes into a window of so many columns.
  static std::string shown(std::vector<std::string> words, unsigned short columns) {
    words.insert(words.begin(), "fxe");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    PseudoTerminal window(columns, stdout);
    EXPECT_EQ(run_command_line(static_cast<int>(words.size()), argv.data()), 0) << words[1];
    return window.end_of_all();
  }

  static std::vector<std::vector<std::string>> commands() {
    const std::string ensemble = *folder / "e.json", store = *folder / "s", images = small_ensemble().images;
    const std::vector<std::string> quick = {"--duration",   "0", "--warmUp",  "0",
                                            "--iterations", "2", "--threads", "1"};
    std::vector<std::string> bench = {"bench", ensemble, "--batch", "2"};
    bench.insert(bench.end(), quick.begin(), quick.end());
    return {{"eval", ensemble, images, "--policy", "t:0.1", "--compare-full", "--threads", "1"},
            {"eval", ensemble, images, "--batch", "7", "--threads", "1"},
            {"classify", ensemble, images + "/0/100.ppm", "--explain", "--threads", "1"},
            {"replay", store, "--policy", "t:0.1,0.12"},
            {"calibrate", store, "--split", "0.5", "--compare-signals", "--objective", "gap<=5pt"},
            {"profile", ensemble, images, "--limit", "4", "--policy", "t:0.1", "--threads", "1"},
            {"inspect", ensemble, "--layers", "--threads", "1"},
            {"check", ensemble, "--threads", "1"},
            bench};
  }

  static inline Folder* folder = nullptr;
};

TEST_F(Window, OfEightyColumnsHoldsEveryLine) {
  for (const auto& words : commands()) {
    std::istringstream lines(shown(words, 80));
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      // Names in prose are not shortened.
      const bool can_be_broken = line.find(kLong) == line.npos;
      EXPECT_LE(line.size(), can_be_broken ? 80u : 1000u) << words[0] << ": " << line;
    }
  }
}

TEST_F(Window, ThatIsWiderShowsNamesWhole) {
  for (const auto& words : commands()) {
    const auto& c = words[0];
    if (c != "eval" && c != "replay" && c != "profile" && c != "bench") continue;
    EXPECT_THAT(shown(words, 200), testing::HasSubstr(kLong + "c")) << c;
  }
}

TEST_F(Window, OrNoneAtAllGivesTheSameTables) {
  setenv("COLUMNS", "200", 1);
  const auto wide = fxe({"replay", *folder / "s", "--policy", "t:0.1,0.12"});
  unsetenv("COLUMNS");
  EXPECT_EQ(fxe({"replay", *folder / "s", "--policy", "t:0.1,0.12"}).out, wide.out);
}

}  // namespace
}  // namespace fxe::test
