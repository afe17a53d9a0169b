// SPDX-License-Identifier: Apache-2.0
// The stores behind docs/results/replication.md and its figures agree with what an independent implementation
// measured with the same networks on the same images.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/paths.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

nlohmann::json replayed(const std::string& store, const std::string& policy) {
  Folder out;
  const auto run = fxe({"replay", std::string(FXE_SOURCE_DIR "/replication/") + store, "--policy", policy,
                        "--quiet", "--json", out / "j"});
  EXPECT_EQ(run.code, 0) << run.err;
  return run.code ? nlohmann::json() : read_json(out / "j");
}

constexpr double kTwoImages = 2.0 / 800, kMeanMembers = 0.03;

TEST(Replication, SevenNetworksOnVal800) {
  constexpr double kRunning[] = {55.88, 66.62, 72.62, 74.50, 76.38, 78.38, 79.00};
  for (size_t k = 1; k <= std::size(kRunning); ++k)
    EXPECT_NEAR(replayed("seven_networks.store", fmt::format("first:{}", k)).at("top1"),
                kRunning[k - 1] / 100, kTwoImages)
        << k;
  struct Point {
    const char* policy;
    double top1, members;
  };
  for (const Point& p :
       {Point{"t:0.5", 77.75, 3.390}, Point{"t:0.8", 78.88, 4.752}, Point{"t:0.9", 78.88, 5.316}}) {
    const auto found = replayed("seven_networks.store", p.policy);
    EXPECT_NEAR(found.at("top1"), p.top1 / 100, kTwoImages) << p.policy;
    EXPECT_NEAR(found.at("mean_members"), p.members, kMeanMembers) << p.policy;
  }
}

// The same members in another order: the same full ensemble, and its first member is the last of before.
TEST(Replication, StrongFirst) {
  const auto full = replayed("seven_networks-strong_first.store", "full");
  EXPECT_NEAR(full.at("top1"), 0.79, kTwoImages);
  EXPECT_NEAR(replayed("seven_networks-strong_first.store", "first:1").at("top1"), 0.775, kTwoImages);
  EXPECT_EQ(full.at("mean_macs"), replayed("seven_networks.store", "full").at("mean_macs"));
}

}  // namespace
}  // namespace fxe::test
