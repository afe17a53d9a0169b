// SPDX-License-Identifier: Apache-2.0
// "fxe figures": its numbers against a count in double precision (figures_peer.py), its drawings as XML and
// PNG, and its errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tests/tools/refused.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

// Logits of three members on two sets of images, imported.
struct Imported {
  Folder folder;
  std::string python = python_with("numpy"), reason;

  Imported() {
    if (python.empty()) {
      reason = "no Python with numpy";
      return;
    }
    const auto made = script_outcome(python, "tools/figures_peer.py", {"make", folder.path()});
    EXPECT_EQ(made.code, 0) << made.out;
    import("test", folder / "test", {});
    import("calibration", folder / "calibration", {});
    import("test", folder / "compact", {"--compact"});
    import("calibration", folder / "compact-calibration", {"--compact"});
  }

  // The logits of `images` as a store.
  void import(const std::string& images, const std::string& store, std::vector<std::string> more) const {
    std::vector<std::string> words{"import"};
    for (const char* member : {"a", "b", "c"}) words.push_back(folder / (images + "-" + member + ".npy"));
    words.insert(words.end(), {"--labels", folder / (images + ".txt"), "-o", store, "--names", "a,b,c",
                               "--costs", "1,2,4.5", "--quiet"});
    words.insert(words.end(), more.begin(), more.end());
    const auto run = fxe(words);
    EXPECT_EQ(run.code, 0) << run.err;
  }
};
const Imported& imported() {
  static const Imported made;
  return made;
}

class Figures : public testing::Test {
 protected:
  void SetUp() override {
    if (!imported().reason.empty()) GTEST_SKIP() << imported().reason;
  }
  static bool has_gnuplot() { return std::system("gnuplot --version >/dev/null 2>&1") == 0; }
  const Imported& from = imported();
  const std::string test = from.folder / "test", calibration = from.folder / "calibration";
};

TEST_F(Figures, NumbersAreThoseOfACountInDoublePrecision) {
  const auto run = fxe({"figures", test, "--calibration", calibration, "--no-plots", "-o",
                        from.folder / "out", "--json", from.folder / "j"});
  ASSERT_EQ(run.code, 0) << run.err;
  const auto checked =
      script_outcome(from.python, "tools/figures_peer.py", {"check", from.folder.path(), "test"});
  EXPECT_EQ(checked.code, 0) << checked.out;
  const auto store = read_json(from.folder / "j")["stores"][0];
  EXPECT_EQ(store["images"], 331);
  EXPECT_EQ(store["calibration_images"], 420);
  // 210 images cannot show a harm below 1.1 points at 90%.
  EXPECT_NE(store["left_out"][0].get<std::string>().find("0.1 points, guaranteed at 0.9"), std::string::npos);
  EXPECT_NE(store["left_out"][0].get<std::string>().find("2302"), std::string::npos);
}

TEST_F(Figures, ACompactStoreGivesTheSameButForSubsets) {
  Folder out;
  for (const std::string& name : {std::string("test"), std::string("compact")})
    ASSERT_EQ(fxe({"figures", from.folder / name, "--calibration",
                   from.folder / (name == "test" ? "calibration" : "compact-calibration"), "--no-plots",
                   "--quiet", "-o", out.path(), "--json", out / (name + ".json")})
                  .code,
              0);
  for (const std::string what :
       {"accuracy", "margins", "flexible", "frontier", "one_threshold", "guaranteed"})
    EXPECT_EQ(read_text(out / ("test-" + what + ".csv")), read_text(out / ("compact-" + what + ".csv")))
        << what;
  EXPECT_TRUE(fs::exists(out / "test-subsets.csv"));
  EXPECT_FALSE(fs::exists(out / "compact-subsets.csv"));
  EXPECT_NE(read_text(out / "compact.json").find("a compact store knows only the first K together"),
            std::string::npos);
}

TEST_F(Figures, WithoutAnotherStoreThresholdsAreChosenOnAPartOfTheImages) {
  Folder out;
  const auto drawn = [&](const std::string& seed) {
    EXPECT_EQ(fxe({"figures", test, "--split", "0.25", "--seed", seed, "--no-plots", "--quiet", "-o",
                   out.path(), "--json", out / "j"})
                  .code,
              0);
    const auto store = read_json(out / "j")["stores"][0];
    EXPECT_EQ(store["calibration_images"], 83);  // of 331
    EXPECT_EQ(store["images"], 248);
    return read_text(out / "test-accuracy.csv");
  };
  const std::string first = drawn("1");
  EXPECT_EQ(drawn("1"), first);
  EXPECT_NE(drawn("2"), first);
  // The other way round: the parts swap.
  EXPECT_EQ(fxe({"figures", test, "--split", "0.25", "--swap", "--no-plots", "--quiet", "-o", out.path(),
                 "--json", out / "j"})
                .code,
            0);
  const auto swapped = read_json(out / "j")["stores"][0];
  EXPECT_EQ(swapped["calibration_images"], 248);
  EXPECT_EQ(swapped["images"], 83);
}

TEST_F(Figures, AStoreMayHaveTheLongestName) {
  Folder in, out;
  const std::string name(240, 'n');
  from.import("test", in / name, {});
  const auto run = fxe({"figures", in / name, "--quiet", "--no-plots", "-o", out.path()});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(fs::exists(out / (std::string(200, 'n') + "-one_threshold.csv")));
}

TEST_F(Figures, AreWellFormedWhateverTheStoreIsCalled) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot (apt-get install gnuplot-nox)";
  Folder in, out;
  // gnuplot would run what is in backquotes, and end a string at a quote; XML minds '<' and '&', and bytes
  // that are not text.
  const std::string hostile = "a `touch ran` '\"<b>&amp;\\n^{x}_\xff\xc3\xa9 \n$(touch ran)";
  for (const std::string set : {"test", "calibration"})
    from.import(set, in / (hostile + (set == "test" ? "" : "2")), {});
  const auto run = fxe({"figures", in / hostile, "--calibration", in / (hostile + "2"), "--quiet", "-o",
                        out.path(), "--json", in / "j"});
  ASSERT_EQ(run.code, 0) << run.err;
  size_t svg = 0, png = 0;
  for (const std::string& name : out.names()) {
    EXPECT_NE(name, "ran");
    EXPECT_NE(name[0], '.') << name;  // nothing unfinished is left
    const std::string text = read_text(out / name);
    if (name.ends_with(".png")) {
      ++png;
      EXPECT_TRUE(text.starts_with("\x89PNG\r\n")) << name;
      EXPECT_GT(text.size(), 5000u) << name;
    }
    if (!name.ends_with(".svg")) continue;
    ++svg;
    const auto parsed = std::system(
        (from.python + " -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' '" + (out / name) + "'")
            .c_str());
    EXPECT_EQ(parsed, 0) << name;
    EXPECT_NE(text.find("touch ran"), std::string::npos) << name << ": the title";
  }
  EXPECT_EQ(svg, 4u);
  EXPECT_EQ(png, 4u);
  EXPECT_FALSE(fs::exists("ran"));
}

TEST_F(Figures, WithoutGnuplotDataAreThereAndTheErrorSaysWhatToInstall) {
  Folder out;
  const std::string path = std::getenv("PATH");
  setenv("PATH", out.path().c_str(), 1);
  const auto run = fxe({"figures", test, "--calibration", calibration, "--quiet", "-o", out / "f"});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(lines_of(run.err), 1u) << run.err;
  EXPECT_NE(run.err.find("apt-get install gnuplot-nox"), std::string::npos) << run.err;
  for (const char* name : {"test-accuracy.csv", "test-margins.csv", "test-flexible.csv", "test-frontier.csv",
                           "test-frontier.gp"})
    EXPECT_TRUE(fs::exists(fs::path(out / "f") / name)) << name;
  EXPECT_FALSE(fs::exists(out / "f/test-accuracy.svg"));
}

// gnuplot exits successfully on a full disk, with part of a figure.
TEST_F(Figures, WhatGnuplotGaveInPartIsAnError) {
  Folder out;
  const std::string path = std::getenv("PATH");
  for (const std::string part : {"", "<svg>", "<?xml version='1.0'?><svg></sv", "\\211PNG\\r\\n\\032\\n"}) {
    write_text(out / "bin/gnuplot", "#!/bin/sh\nprintf \"" + part + "\"\n");
    fs::permissions(out / "bin/gnuplot", fs::perms::owner_all);
    setenv("PATH", ((out / "bin") + ":" + path).c_str(), 1);
    const auto run = fxe({"figures", test, "--calibration", calibration, "--quiet", "-o", out / "f"});
    setenv("PATH", path.c_str(), 1);
    EXPECT_EQ(run.code, 1) << part;
    EXPECT_EQ(lines_of(run.err), 1u) << run.err;
    EXPECT_NE(run.err.find("what it gave is not whole"), std::string::npos) << run.err;
    EXPECT_FALSE(fs::exists(out / "f/test-accuracy.svg")) << part;
  }
}

TEST_F(Figures, ASingleMemberHasNoExitsToDraw) {
  Folder out;
  ASSERT_EQ(fxe({"import", from.folder / "test-a.npy", "--labels", from.folder / "test.txt", "-o",
                 out / "one", "--quiet"})
                .code,
            0);
  ASSERT_EQ(fxe({"figures", out / "one", "--no-plots", "--quiet", "-o", out / "f", "--json", out / "j"}).code,
            0);
  EXPECT_EQ(read_json(out / "j")["stores"][0]["left_out"][0], "exits: the store has one member");
  EXPECT_FALSE(fs::exists(out / "f/one-frontier.csv"));
}

TEST_F(Figures, RefusesWhatCannotBeDrawn) {
  Folder out;
  const std::string f = out / "f";
  expect_refused({"figures", test}, "expected -o FOLDER");
  expect_refused({"figures", out / "missing", "-o", f}, "missing");
  write_text(out / "not", "FXESTORE or so");
  expect_refused({"figures", out / "not", "-o", f}, "not");
  expect_refused({"figures", test, test, "-o", f}, "would both be drawn as test");
  expect_refused({"figures", test, "--calibration", test, "-o", f}, "331 of its images");
  expect_refused({"figures", test, "--calibration", calibration, "--calibration", calibration, "-o", f},
                 "expected one for each of the 1 stores, found 2");
  expect_refused({"figures", test, "--unit", "seconds", "-o", f}, "expected auto, ms or multiply-adds");
  expect_refused({"figures", test, "--split", "1", "-o", f}, "--split");
  from.import("calibration", out / "renamed", {"--names", "a,b,x"});
  fs::remove(out / "renamed.costs.json");
  expect_refused({"figures", test, "--calibration", out / "renamed", "-o", f}, "another ensemble");
  expect_refused({"figures", out / "renamed", "--unit", "ms", "-o", f}, "no costs");
  EXPECT_FALSE(fs::exists(f));
}

}  // namespace
}  // namespace fxe::test
