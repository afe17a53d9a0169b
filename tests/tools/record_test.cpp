// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/paths.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_stores.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

TEST(Record, KilledAndRunAgainEndsInTheSameBytes) {
  if (!fs::exists(FXE_BINARY_DIR "/fxe")) GTEST_SKIP() << "fxe is not built";
  const auto& s = small_ensemble();
  Folder folder;
  // 64 images are one block; 240 are four.
  const std::string images = folder / "images";
  for (int i = 0; i < 240; ++i)
    write_text(images + "/" + std::to_string(i % 5) + "/" + std::to_string(100 + i) + ".ppm",
               i == 70 ? "not an image" : rendered_image(static_cast<uint64_t>(i)));
  const std::string words =
      "record '" + s.ensemble + "' '" + images + "' --quiet --threads 1 --batch 5 -o '" + folder.path();
  record({s.ensemble, images, "-o", folder / "whole", "--batch", "5"});
  size_t unfinished = 0;
  for (const char* seconds : {"0.02", "0.05", "0.1", "0.15", "0.2", "0.3"}) {
    if (fs::exists(folder / "s")) break;
    // --foreground: it waits for the killed process, which holds its lock until then.
    const std::string line = "LD_PRELOAD= timeout --foreground -s KILL " + std::string(seconds) +
                             " '" FXE_BINARY_DIR "/fxe' " + words + "/s' 2>/dev/null";
    ASSERT_NE(std::system(line.c_str()), -1);
    unfinished += fs::exists(folder / "s.partial");
  }
  std::cout << "killed with the store begun: " << unfinished << " times\n";
  // Whatever the machine's speed: from every number of whole blocks.
  const std::string whole = read_text(folder / "whole");
  if (!fs::exists(folder / "s")) record({s.ensemble, images, "-o", folder / "s", "--batch", "5"});
  EXPECT_EQ(read_text(folder / "s"), whole);
  for (const size_t share : {3, 5, 8}) {
    write_text(folder / "t.partial", whole.substr(0, whole.size() * share / 10));
    record({s.ensemble, images, "-o", folder / "t", "--batch", "5"});
    EXPECT_EQ(read_text(folder / "t"), whole) << share;
    fs::remove(folder / "t");
  }
  // A changed image of the batch in which the earlier run ended, which runs again: checked as it runs. The
  // last of 64 images is number 3 of its batch, for one before it cannot be read.
  const std::string last_kept = images + "/1/176.ppm", as_recorded = read_text(last_kept);
  write_text(folder / "t.partial", whole.substr(0, whole.size() / 2));
  write_text(last_kept, rendered_image(999));
  expect_refused(
      {"record", s.ensemble, images, "-o", folder / "t", "--batch", "5", "--threads", "1", "--quiet"},
      "1/176.ppm: the image has changed since it was recorded");
  write_text(last_kept, as_recorded);
  // An image that changed in between.
  write_text(folder / "t.partial", whole.substr(0, whole.size() / 2));
  write_text(images + "/0/100.ppm", rendered_image(999));
  expect_refused(
      {"record", s.ensemble, images, "-o", folder / "t", "--batch", "5", "--threads", "1", "--quiet"},
      "has changed since it was recorded");
}

TEST(Record, UnreadableImagesAreRowsLikeThoseOfEval) {
  const auto& s = small_ensemble();
  Folder folder;
  for (int i = 0; i < 9; ++i)
    write_text(folder / ("images/" + std::to_string(i % 3) + "/" + std::to_string(i) + ".ppm"),
               i == 4 ? "P6 nonsense" : rendered_image(static_cast<uint64_t>(i)));
  record({s.ensemble, folder / "images", "-o", folder / "s"});
  EXPECT_EQ(replayed({folder / "s", "--policy", "t:0.4"}),
            evaluated({s.ensemble, folder / "images", "--policy", "t:0.4"}));
}

}  // namespace
}  // namespace fxe::test
