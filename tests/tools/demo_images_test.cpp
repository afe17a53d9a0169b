// SPDX-License-Identifier: Apache-2.0
// The demo's members were trained on rendered images, and its published numbers are about rendered images: a
// renderer that draws one byte differently, on any machine, makes them wrong.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "engine/sha256.h"
#include "tests/paths.h"

namespace fxe {
namespace {

namespace fs = std::filesystem;

std::vector<char> rendered(int count, const std::string& more) {
  const fs::path file = fs::path(testing::TempDir()) / ("demo_images_" + std::to_string(getpid()) + ".raw");
  const std::string command = "'" FXE_BINARY_DIR "/render_demo' --raw '" + file.string() + "' --count " +
                              std::to_string(count) + " " + more + " > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  std::ifstream in(file, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  fs::remove(file);
  return bytes;
}

class DemoImages : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(FXE_BINARY_DIR "/render_demo")) GTEST_SKIP() << "render_demo is not built";
  }
};

TEST_F(DemoImages, AreTheSameOnEveryMachine) {
  const auto bytes = rendered(200, "--seed 1");
  ASSERT_EQ(bytes.size(), 200u * 3073);
  EXPECT_EQ(sha256_hex(std::as_bytes(std::span(bytes))),
            "953d340dbc7db620774536670c58c549f992b4d489f38c066f3d60e28ce28dc3");
}

TEST_F(DemoImages, DoNotDependOnHowManyAreRendered) {
  const auto few = rendered(10, "--seed 1"), more = rendered(20, "--seed 1");
  ASSERT_EQ(few.size(), 10u * 3073);
  ASSERT_EQ(more.size(), 20u * 3073);
  EXPECT_TRUE(std::equal(few.begin(), few.begin() + 10 * 3072, more.begin()));
}

TEST_F(DemoImages, DifferFromSeedToSeed) { EXPECT_NE(rendered(10, "--seed 1"), rendered(10, "--seed 2")); }

}  // namespace
}  // namespace fxe
