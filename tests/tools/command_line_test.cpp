// SPDX-License-Identifier: Apache-2.0
// What all commands share: the common options, their values, help and exit codes.
#include "tools/commands/commands.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "tests/tools/refused.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kFoundation = {"init", "convert", "inspect", "classify",
                                              "eval", "check",   "doctor"};

class EveryCommand : public testing::TestWithParam<std::string> {};

TEST_P(EveryCommand, HasTheCommonOptionsAndHelp) {
  const auto help = fxe({GetParam(), "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.err, "");
  for (const char* option : {"--device", "--precision", "--batch", "--threads", "--json", "--quiet"})
    EXPECT_THAT(help.out, HasSubstr(option));
}

TEST_P(EveryCommand, RefusesBadValuesInOneLine) {
  const std::vector<std::vector<std::string>> bad = {
      {"--device", "tpu"}, {"--device", "cuda:"},  {"--device", "cuda:-1"}, {"--precision", "fp8"},
      {"--batch", "0"},    {"--batch", "1000000"}, {"--batch", "two"},      {"--threads", "-1"},
      {"--threads", "x"},  {"--no-such-option"}};
  for (const auto& words : bad) {
    std::vector<std::string> all = {GetParam()};
    // Words that stand for what the command takes, so that only the option is wrong.
    if (GetParam() != "doctor") all.push_back("cifar_resnet8");
    if (GetParam() == "eval" || GetParam() == "classify") all.push_back("images");
    if (GetParam() == "init" || GetParam() == "convert") all.insert(all.end(), {"-o", "/nowhere/out"});
    all.insert(all.end(), words.begin(), words.end());
    expect_refused(all, words[0].substr(2));
  }
}

INSTANTIATE_TEST_SUITE_P(Commands, EveryCommand, testing::ValuesIn(kFoundation),
                         [](const auto& command) { return command.param; });

TEST(CommandLine, ANameThatNoFileCanHaveIsBadInput) {
  const Folder folder;
  const std::string name(300, 'x'), out = folder / "out.safetensors";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"init", name, "-o", out},
                                             {"convert", name, "-o", out},
                                             {"inspect", name},
                                             {"classify", name, name},
                                             {"eval", name, name},
                                             {"record", name, name, "-o", out},
                                             {"import", name, "--labels", name, "-o", out},
                                             {"replay", name},
                                             {"calibrate", name},
                                             {"bench", name},
                                             {"profile", name, name},
                                             {"figures", name, "-o", out},
                                             {"check", name}})
    expect_refused(words, "File name too long");
}

TEST(CommandLine, OptionsOfTheDesignAreThere) {
  const std::vector<std::string> running = {"--control", "--tail", "--launch", "--deadline-ms", "--policy"};
  for (const auto& [command, more] : std::map<std::string, std::vector<std::string>>{
           {"eval", {"--labels", "--compare-full", "--predictions", "--limit", "--strict", "--results-file"}},
           {"classify", {"--explain", "--strict"}}}) {
    const auto help = fxe({command, "--help"}).out;
    for (const auto& option : running) EXPECT_THAT(help, HasSubstr(option)) << command;
    for (const auto& option : more) EXPECT_THAT(help, HasSubstr(option)) << command;
  }
  for (const char* option : {"--network", "--preprocess", "--classes", "--output"})
    EXPECT_THAT(fxe({"init", "--help"}).out, HasSubstr(option));
  EXPECT_THAT(fxe({"check", "--help"}).out, HasSubstr("--against"));
}

TEST(CommandLine, HelpFitsAndEndsWithWhatIsForAGpu) {
  for (const auto& command : commands()) {
    const std::string name(command.name);
    const auto help = fxe({name, "--help"});
    ASSERT_EQ(help.code, 0) << name;
    EXPECT_EQ(fxe({"help", name}).out, help.out);
    EXPECT_THAT(help.out, testing::StartsWith(fmt::format("usage: fxe {} ", name)));
    EXPECT_THAT(help.out, testing::Not(HasSubstr("(default: )")));
    EXPECT_THAT(help.out, testing::Not(HasSubstr("\"\"")));
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << name << ": " << line;
    const size_t gpu = help.out.find("\nOn a GPU:\n");
    EXPECT_TRUE(gpu == help.out.npos || help.out.find("\n\n", gpu + 1) == help.out.npos) << help.out;
  }
  EXPECT_THAT(fxe({"eval", "--help"}).out, HasSubstr("\nOn a GPU:\n"));
  EXPECT_THAT(fxe({"help", "evil"}).err, HasSubstr("nearest: eval"));
}

TEST(CommandLine, VersionSaysWhatWasBuiltOfWhat) {
  const auto version = fxe({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out,
              testing::MatchesRegex("fxe [0-9]+\\.[0-9]+\\.[0-9]+(, commit [0-9a-f]+(-dirty)?)?\n"
                                    "compiler  .*\nbackends  reference; cpu \\(.*\\); cuda \\(.*\\)\n"));
}

TEST(CommandLine, AnUnknownOptionNamesTheNearest) {
  expect_refused({"eval", "m", "f", "--compair-full"},
                 "there is no option --compair-full (nearest: --compare-full");
  expect_refused({"replay", "s", "--polcy", "full"}, "see fxe replay --help");
}

TEST(CommandLine, NamesItsCommands) {
  const auto help = fxe({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_GE(commands().size(), kFoundation.size());
  for (const auto& command : commands()) EXPECT_THAT(help.out, HasSubstr(fmt::format("  {} ", command.name)));
  const auto none = fxe({});
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err, help.out);
  const auto wrong = fxe({"clasify"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("nearest: classify"));
  EXPECT_EQ(lines_of(wrong.err), 1u);
}

}  // namespace
}  // namespace fxe::test
