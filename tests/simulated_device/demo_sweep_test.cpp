// SPDX-License-Identifier: Apache-2.0
// The demo's ensemble of trained networks, however it runs on the GPU: each image's answer, and after how
// many members, are those of the CPU engine wherever its margins leave no doubt. In the test run every pair
// of settings occurs; FXE_SIM_ALL=1 runs all of them, on more images.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <sstream>

#include "tests/paths.h"
#include "tests/support/generate.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

const std::string kEnsemble = FXE_SOURCE_DIR "/demo/ensemble.json";
constexpr int kMembers = 8;
constexpr double kThreshold = 0.9;

bool run_all() { return std::getenv("FXE_SIM_ALL") != nullptr; }

struct Setting {
  std::string precision, control, tail, batch;  // control: who decides, how it launches, batches in flight
  std::array<std::string, 4> words() const { return {precision, control, tail, batch}; }
};

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  for (const char* precision : {"fp32", "tf32", "fp16", "bf16"})
    for (const char* control : {"device graph 1", "device graph 2", "none graph 1", "none graph 2",
                                "host graph 1", "host stream 1"})
      for (const char* tail : {"fused", "separate"})
        for (const char* batch : {"1", "7", "32"}) all.push_back({precision, control, tail, batch});
  return all;
}

std::set<std::string> pairs_of(const Setting& s) {
  std::set<std::string> pairs;
  const auto words = s.words();
  for (size_t i = 0; i < words.size(); ++i)
    for (size_t j = 0; j < i; ++j) pairs.insert(fmt::format("{} {} {} {}", i, words[i], j, words[j]));
  return pairs;
}

// Settings in which every two values of two options meet: of a few at random, the one with most new pairs.
std::vector<Setting> covering_settings() {
  const std::vector<Setting> all = all_settings();
  std::set<std::string> open;
  for (const Setting& s : all) open.merge(pairs_of(s));
  Random random(1, "settings");
  std::vector<Setting> chosen;
  while (!open.empty()) {
    const auto news = [&](const Setting& s) {
      size_t count = 0;
      for (const auto& pair : pairs_of(s)) count += open.contains(pair);
      return count;
    };
    const Setting* best = nullptr;
    for (int i = 0; i < 60; ++i) {
      const Setting& s = all[static_cast<size_t>(random.integer(0, static_cast<int64_t>(all.size()) - 1))];
      if (!best || news(s) > news(*best)) best = &s;
    }
    for (const auto& pair : pairs_of(*best)) open.erase(pair);
    chosen.push_back(*best);
  }
  return chosen;
}

// How far a margin in this precision may be from the CPU's in fp32: chosen, and printed beside what is seen;
// docs/numerics.md bounds logits, not margins.
double doubt(const std::string& precision) {
  return precision == "bf16" ? 0.25 : precision == "fp16" ? 0.03 : 1e-4;
}

class DemoSweep : public testing::Test {
 protected:
  DemoSweep() {
    const std::string command = fmt::format("'{}/render_demo' '{}' --count {} --seed 1 >/dev/null",
                                            FXE_BINARY_DIR, images_, run_all() ? 200 : 24);
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
    setenv("FXE_CACHE", (folder_ / "plans").c_str(), 1);
    for (int k = 1; k <= kMembers; ++k)
      cpu_.push_back(run({"--device", "cpu", "--batch", "7", "--policy", fmt::format("first:{}", k)}));
  }
  ~DemoSweep() override { unsetenv("FXE_CACHE"); }

  std::vector<Prediction> run(std::vector<std::string> words) {
    words.insert(words.begin(), {"eval", kEnsemble, images_});
    words.insert(words.end(), {"--threads", "1", "--quiet", "--predictions", folder_ / "p.csv"});
    const Outcome outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << fmt::format("{}", fmt::join(words, " ")) << "\n" << outcome.err;
    return outcome.code == 0 ? read_predictions(folder_ / "p.csv") : std::vector<Prediction>{};
  }

  // Whether this is what the CPU's margins after each member lead to.
  void expect_right(const Prediction& row, size_t image, double doubt, const std::string& how) {
    ASSERT_EQ(row.status, "ok") << how;
    ASSERT_GE(row.members, 1) << how;
    ASSERT_LE(row.members, kMembers) << how;
    const auto cpu = [&](int members) -> const Prediction& {
      return cpu_[static_cast<size_t>(members) - 1].at(image);
    };
    for (int k = 1; k < row.members; ++k)
      EXPECT_LE(cpu(k).margin, kThreshold + doubt) << how << ": " << row.path << " went on after " << k;
    const Prediction& last = cpu(row.members);
    EXPECT_TRUE(row.members == kMembers || last.margin > kThreshold - doubt)
        << how << ": " << row.path << " stopped";
    EXPECT_TRUE(last.margin <= doubt || row.predicted == last.predicted) << how << ": " << row.path;
    EXPECT_NEAR(row.margin, last.margin, doubt) << how << ": " << row.path;
    furthest_ = std::max(furthest_, std::abs(row.margin - last.margin));
  }

  Folder folder_;
  std::string images_ = folder_ / "images";
  std::vector<std::vector<Prediction>> cpu_;  // by members
  double furthest_ = 0;
};

TEST_F(DemoSweep, EverySettingAnswersAsTheCpuDoes) {
  const std::vector<Setting> settings = run_all() ? all_settings() : covering_settings();
  std::map<std::string, double> furthest;
  for (const Setting& s : settings) {
    const std::string how = fmt::format("{}", fmt::join(s.words(), ", "));
    std::string who, launch, in_flight;
    std::istringstream(s.control) >> who >> launch >> in_flight;
    const auto rows = run({"--device", "cuda", "--policy", fmt::format("t:{}", kThreshold), "--precision",
                           s.precision, "--control", who, "--launch", launch, "--tail", s.tail, "--batch",
                           s.batch, "--in-flight", in_flight});
    ASSERT_EQ(rows.size(), cpu_[0].size()) << how;
    furthest_ = 0;
    std::set<int> members;
    for (size_t i = 0; i < rows.size(); ++i) {
      expect_right(rows[i], i, doubt(s.precision), how);
      members.insert(rows[i].members);
    }
    EXPECT_GE(members.size(), 3u) << how << ": images must stop at different members";
    furthest[s.precision] = std::max(furthest[s.precision], furthest_);
    if (HasFailure()) return;
  }
  for (const auto& [precision, margin] : furthest)
    fmt::print("demo {}: margins within {:.2g} of the CPU's, {:.2g} allowed; {} settings in all\n", precision,
               margin, doubt(precision), settings.size());
}

}  // namespace
}  // namespace fxe::test
