// SPDX-License-Identifier: Apache-2.0
// Every parser of untrusted bytes on inputs that broke it once, on well-formed inputs, and on damaged ones,
// with limits on time and memory. The long form, guided by coverage: tools/fuzz.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/error.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/target.h"
#include "tests/paths.h"
#include "tests/support/generate.h"
#include "tests/support/input_limits.h"

namespace fxe::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSeed = 20;
constexpr int kExecutions = 20'000;
constexpr auto kTime = std::chrono::seconds(3);  // per target, whatever the machine
constexpr int kSecondsPerInput = 5;

const fs::path kRegressions = fs::path(FXE_SOURCE_DIR) / "tests/fuzz/regressions";

// The error's line, or "" for success.
std::string run(const Target& target, const std::string& input) {
  // In memory of exactly its size, so that a sanitizer sees the first byte past the end.
  const std::vector<char> exact(input.begin(), input.end());
  const Bytes bytes = std::as_bytes(std::span(exact));
  const test::InputLimits limits(target.name, bytes, kSecondsPerInput);
  return run_input(target, bytes);
}

std::vector<fs::path> regressions(const Target& target) {
  std::vector<fs::path> files;
  const fs::path folder = kRegressions / target.name;
  if (fs::exists(folder))
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Fuzz : public testing::TestWithParam<Target> {};

TEST_P(Fuzz, SeedsAreReadWhole) {
  const auto seeds = GetParam().seeds();
  ASSERT_FALSE(seeds.empty());
  size_t accepted = 0;
  for (const std::string& seed : seeds) {
    EXPECT_LE(seed.size(), GetParam().max_bytes);
    const std::string refused = run(GetParam(), seed);
    accepted += refused.empty();
    if (!refused.empty()) std::printf("[   fuzz   ] a seed is refused: %s\n", refused.c_str());
  }
  EXPECT_GE(accepted, 1u);
}

TEST_P(Fuzz, Regressions) {
  for (const fs::path& path : regressions(GetParam())) {
    SCOPED_TRACE(path.filename().string());
    EXPECT_NO_THROW(run(GetParam(), content(path)));
  }
}

TEST_P(Fuzz, DamagedInputs) {
  const Target& target = GetParam();
  auto inputs = target.seeds();
  for (const fs::path& path : regressions(target))
    if (fs::file_size(path) <= target.max_bytes) inputs.push_back(content(path));
  test::Random random(kSeed, target.name);
  const auto end = std::chrono::steady_clock::now() + kTime;
  int executions = 0, accepted = 0;
  for (; executions < kExecutions && std::chrono::steady_clock::now() < end; ++executions) {
    const std::string input = mutated(inputs, target.max_bytes, random);
    try {
      accepted += run(target, input).empty();
    } catch (const std::exception& e) {
      const fs::path saved = fs::path(FXE_BINARY_DIR) / "hostile-inputs" / target.name;
      std::ofstream(saved, std::ios::binary) << input;
      FAIL() << e.what() << "\nexecution " << executions << " of seed " << kSeed << ", saved in " << saved;
    }
  }
  std::printf("[   fuzz   ] %.*s: %d executions of seed %d, %d accepted\n",
              static_cast<int>(target.name.size()), target.name.data(), executions, static_cast<int>(kSeed),
              accepted);
  EXPECT_GT(executions, 100);
}

// A folder of regressions that no target reads would never be run.
TEST(FuzzTargets, EveryRegressionHasItsTarget) {
  for (const auto& entry : fs::directory_iterator(kRegressions))
    EXPECT_NO_THROW(find_target(entry.path().filename().string()));
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace fxe::fuzz
