// SPDX-License-Identifier: Apache-2.0
// Commands stopped by a signal: what they show, what they leave behind, their exit code.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <sstream>

#include "tests/paths.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Interrupted : public testing::Test {
 protected:
  static constexpr int kImages = 2000;

  void SetUp() override {
    if (!std::filesystem::exists(FXE_BINARY_DIR "/fxe")) GTEST_SKIP() << "fxe is not built";
    std::filesystem::create_directories(images + "/0");
    for (int i = 0; i < kImages; ++i)
      std::filesystem::create_symlink(small.images + "/0/100.ppm",
                                      fmt::format("{}/0/{}.ppm", images, 10000 + i));
  }

  // "fxe WORDS", which gets `signal` after a time that grows until it hits the work.
  Outcome stop(const std::string& signal, double seconds, const std::string& words) const {
    Outcome outcome{};
    for (; seconds < 20; seconds *= 2) {
      const int status = std::system(
          fmt::format(
              "LD_PRELOAD= GOMP_SPINCOUNT=1000 env --default-signal={} timeout --preserve-status -s {} {} "
              "'{}/fxe' {} --threads 1 >'{}' 2>'{}'",
              signal, signal, seconds, FXE_BINARY_DIR, words, folder / "out", folder / "err")
              .c_str());
      outcome = {WEXITSTATUS(status), read_text(folder / "out"), read_text(folder / "err")};
      if (outcome.err.find("interrupted") != outcome.err.npos) break;
    }
    return outcome;
  }

  const SmallEnsemble& small = small_ensemble();
  Folder folder;
  const std::string images = folder / "images";
};

TEST_F(Interrupted, EvalShowsWhatItHasAndLeavesNoFile) {
  const auto o = stop("INT", 0.2,
                      fmt::format("eval '{}' '{}' --compare-full --batch 8 --json '{}' --predictions '{}'",
                                  small.ensemble, images, folder / "r.json", folder / "p.csv"));
  EXPECT_EQ(o.code, 130);
  int done = -1, of = -1;
  ASSERT_EQ(std::sscanf(o.err.c_str(), "fxe eval: interrupted after %d of %d images", &done, &of), 2)
      << o.err;
  EXPECT_EQ(of, kImages);
  EXPECT_LT(done, kImages);
  EXPECT_EQ(done % 8, 0) << "whole batches";
  EXPECT_THAT(o.err, HasSubstr("; not written: " + (folder / "r.json") + ", " + (folder / "p.csv") + "\n"));
  EXPECT_THAT(o.out, HasSubstr(fmt::format("\n  interrupted after {} of {} images\n", done, of)));
  EXPECT_THAT(o.out, Not(HasSubstr("Acc@1")));
  std::istringstream exits(o.out.substr(o.out.find("stopped after")));
  int sum = 0, k = 0, count = 0;
  for (std::string line; std::getline(exits, line);)
    if (std::sscanf(line.c_str(), "%d %d %*f%%", &k, &count) == 2) sum += count;
  EXPECT_EQ(sum, done);
  EXPECT_THAT(folder.names(), testing::ElementsAre("err", "images", "out"));
}

TEST_F(Interrupted, RecordGoesOnWhereItWas) {
  const auto words = fmt::format("record '{}' '{}' --batch 4 -o '{}'", small.ensemble, images, folder / "s");
  const auto o = stop("TERM", 0.1, words);
  EXPECT_EQ(o.code, 143);
  int kept = -1, of = -1;
  ASSERT_EQ(
      std::sscanf(o.err.c_str(), "fxe record: interrupted with %d of %d images recorded; the same command",
                  &kept, &of),
      2)
      << o.err;
  EXPECT_EQ(of, kImages);
  EXPECT_LT(kept, kImages);
  EXPECT_FALSE(std::filesystem::exists(folder / "s"));
  const auto again =
      fxe({"record", small.ensemble, images, "--batch", "4", "--threads", "1", "-o", folder / "s"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(
      again.out.find(fmt::format("continuing after {} images already recorded", kept)) != again.out.npos,
      kept > 0)
      << again.out;
}

}  // namespace
}  // namespace fxe::test
