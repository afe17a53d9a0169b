// SPDX-License-Identifier: Apache-2.0
// The plan cache, with plans for described devices.
#include "layers/cuda/plan_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <new>

#include "layers/cuda/conv_planner.h"
#include "tests/layers/cuda/recorded_model.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PlanCacheTest : public testing::Test {
 protected:
  PlanCacheTest() {
    std::string pattern = (fs::temp_directory_path() / "fxe-plans-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~PlanCacheTest() override { fs::remove_all(folder); }

  static PlanCacheKey h200_key() {
    return {.device = "NVIDIA H200",
            .compute_capability = 90,
            .multiprocessors = 132,
            .cudnn_version = cudnnGetVersion(),
            .precision = Precision::fp16,
            .workspace_limit_bytes = PlanOptions{}.workspace_limit_bytes};
  }
  std::unique_ptr<PlanCache> open(const PlanCacheKey& key = h200_key()) {
    return std::make_unique<PlanCache>(folder, key,
                                       [this](const std::string& line) { said.push_back(line); });
  }
  cuda::ConvPlanner planner(PlanCache& cache) const { return {h200, {Precision::fp16}, &cache}; }

  // A file with the plans of both convolutions.
  fs::path filled() {
    const auto cache = open();
    auto plans = planner(*cache);
    EXPECT_TRUE(plans.plan(one()) && plans.plan(other()));
    cache->save();
    return cache->file();
  }
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

  static CudnnConv one() {
    return {.dtype = DType::f16,
            .c = 64,
            .h = 56,
            .w = 56,
            .k = 64,
            .p = 56,
            .q = 56,
            .filter = {3, 3},
            .pad = {1, 1, 1, 1},
            .bias = true,
            .relu = true};
  }
  static CudnnConv other() {
    CudnnConv conv = one();
    conv.k = 256;
    return conv;
  }

  // A cache that must not be used: it says so in one line, plans are chosen anew, and the file is whole
  // again.
  void expect_rebuilt(const PlanCacheKey& key, const std::string& why) {
    said.clear();
    auto cache = open(key);
    ASSERT_EQ(said.size(), 1u) << why;
    EXPECT_THAT(said[0], HasSubstr(why));
    EXPECT_THAT(said[0], HasSubstr(cache->file().string()));
    EXPECT_EQ(said[0].find('\n'), std::string::npos);
    auto plans = planner(*cache);
    EXPECT_TRUE(plans.plan(one()));
    EXPECT_EQ(plans.chosen(), 1u);
    EXPECT_EQ(plans.recalled(), 0u);
    cache.reset();
    said.clear();
    open(key);
    EXPECT_TRUE(said.empty()) << "not rebuilt: " << said[0];
  }

  const CudnnTarget h200{described_device("h200")};
  fs::path folder;
  std::vector<std::string> said;
};

TEST_F(PlanCacheTest, TheSamePlansComeBack) {
  auto cache = open();
  auto first = planner(*cache);
  const auto a = first.plan(one()), b = first.plan(other());
  EXPECT_EQ(first.chosen(), 2u);
  cache.reset();

  cache = open();
  EXPECT_EQ(cache->size(), 2u);
  auto second = planner(*cache);
  const auto a2 = second.plan(one()), b2 = second.plan(other());
  EXPECT_EQ(second.chosen(), 0u);
  EXPECT_EQ(second.recalled(), 2u);
  EXPECT_EQ(a2->choice(), a->choice());
  EXPECT_EQ(b2->choice(), b->choice());
  EXPECT_EQ(a2->json(), a->json());
  EXPECT_EQ(a2->workspace_bytes(), a->workspace_bytes());
  EXPECT_TRUE(said.empty());
}

TEST_F(PlanCacheTest, AStaleOneIsRebuilt) {
  const auto change = [&](auto set, const std::string& why) {
    filled();
    PlanCacheKey key = h200_key();
    set(key);
    expect_rebuilt(key, why);
  };
  change([](PlanCacheKey& k) { k.driver_version = 13010; }, "driver 0, here 13010");
  change([](PlanCacheKey& k) { k.cudnn_version += 1; }, "cudnn");
  change([](PlanCacheKey& k) { k.multiprocessors = 114; }, "multiprocessors 132, here 114");
  change([](PlanCacheKey& k) { k.workspace_limit_bytes = 1 << 20; }, "workspace_limit_bytes");
}

TEST_F(PlanCacheTest, OtherDevicesAndPrecisionsHaveFilesOfTheirOwn) {
  const fs::path file = filled();
  PlanCacheKey key = h200_key();
  key.precision = Precision::bf16;
  EXPECT_NE(open(key)->file(), file);
  key = h200_key();
  key.device = "../../etc/NVIDIA L4";
  EXPECT_NE(open(key)->file(), file);
  EXPECT_EQ(open(key)->file().parent_path(), folder) << "a device's name is no path";
  EXPECT_TRUE(said.empty());
}

TEST_F(PlanCacheTest, ADamagedOneIsRebuilt) {
  const fs::path file = filled();
  const std::string whole = read(file);
  write(file, whole.substr(0, whole.size() / 2));
  expect_rebuilt(h200_key(), "not used");
  write(file, "");
  expect_rebuilt(h200_key(), "not used");
  write(file, std::string(100, '['));
  expect_rebuilt(h200_key(), "not used");
  write(file, "{}");
  expect_rebuilt(h200_key(), "not used");
  write(file, std::string(10 << 20, ' '));
  expect_rebuilt(h200_key(), "not used");
  write(file, R"({"schema": "fxe.plans/1", "key": 3, "plans": [], "sha256": 1})");
  expect_rebuilt(h200_key(), "not used");
  // One digit of one engine.
  filled();
  std::string text = read(file);
  const size_t digit = text.find("\"engine\": ") + 10;
  text[digit] = text[digit] == '9' ? '8' : static_cast<char>(text[digit] + 1);
  write(file, text);
  expect_rebuilt(h200_key(), "checksum");
}

// Whoever listens may throw, as does output that nobody reads; the destructor saves, too.
TEST_F(PlanCacheTest, AFolderThatCannotBeWrittenIsSaidAndNothingIsThrown) {
  write(folder / "file", "");
  int times = 0;
  {
    PlanCache cache(folder / "file/plans", h200_key(), [&](const std::string& line) {
      EXPECT_THAT(line, HasSubstr("plans cannot be kept"));
      ++times;
      throw std::runtime_error("the terminal is gone");
    });
    auto plans = planner(cache);
    EXPECT_TRUE(plans.plan(one()));
  }
  EXPECT_EQ(times, 1);
}

// Every truncation and a byte flipped everywhere: never a crash, and never a plan that was not there.
TEST_F(PlanCacheTest, NoDamageGetsThrough) {
  const fs::path file = filled();
  const std::string whole = read(file);
  for (size_t i = 0; i < whole.size(); i += 7) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x11);
    for (const std::string& text : {flipped, whole.substr(0, i)}) {
      write(file, text);
      said.clear();
      const auto cache = open();
      if (cache->size() == 0) {
        EXPECT_EQ(said.size(), 1u) << i;
      } else {  // white space, say
        ASSERT_EQ(cache->size(), 2u) << i;
        EXPECT_TRUE(cache->find(one().str()) && cache->find(other().str())) << i;
      }
      fs::remove(file);  // what the destructor would rewrite is not looked at
    }
  }
}

// Engines and settings that no cuDNN has, and one that rounds below the precision: the checksum is right, the
// choice is not.
TEST_F(PlanCacheTest, AChoiceThatDoesNotSuitIsChosenAnew) {
  CudnnConv strict = one();
  strict.dtype = DType::f32;
  strict.residual = true;
  const auto tensor_cores = CudnnPlan::choose(make_graph(strict), h200, {Precision::tf32});
  ASSERT_TRUE(tensor_cores);
  for (const PlanChoice& wrong :
       {PlanChoice{.engine = 9999}, PlanChoice{.engine = -5},
        PlanChoice{.engine = 0, .knobs = {{-1, 1 << 30}}}, PlanChoice{.engine = 0, .knobs = {{1, INT64_MIN}}},
        tensor_cores->choice()}) {
    PlanCacheKey key = h200_key();
    key.precision = Precision::fp32;
    const auto cache = open(key);
    cache->add(strict.str(), {wrong, {}});
    cuda::ConvPlanner plans(h200, {Precision::fp32}, cache.get());
    const auto plan = plans.plan(strict);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plans.recalled(), 0u) << wrong.engine;
    EXPECT_EQ(plans.chosen(), 1u);
    EXPECT_EQ(cache->find(strict.str())->choice, plan->choice());
  }
}

TEST_F(PlanCacheTest, WithATimerTheFastestIsKept) {
  auto cache = open();
  auto untimed = planner(*cache);
  const auto first = untimed.plan(one());
  std::vector<PlanChoice> timed;
  const auto timer = [&](const CudnnConv&, const std::shared_ptr<const CudnnPlan>& plan) {
    timed.push_back(plan->choice());
    return timed.size() == 3 ? 0.25 : 1.0;  // the third
  };
  auto tuned = planner(*cache);
  tuned.time_with(timer);
  const auto best = tuned.plan(one());
  ASSERT_GE(timed.size(), 4u) << "cuDNN has many plans for this";
  EXPECT_LE(timed.size(), cuda::ConvPlanner::kMostTimed);
  EXPECT_EQ(timed[0], first->choice());
  EXPECT_EQ(best->choice(), timed[2]);
  EXPECT_EQ(tuned.recalled(), 0u) << "an entry that was not timed is no answer here";
  cache.reset();

  cache = open();
  ASSERT_TRUE(cache->find(one().str()));
  EXPECT_EQ(cache->find(one().str())->timed_ms, 0.25);
  const size_t before = timed.size();
  auto again = planner(*cache), without = planner(*cache);
  again.time_with(timer);
  EXPECT_EQ(again.plan(one())->choice(), timed[2]);
  EXPECT_EQ(without.plan(one())->choice(), timed[2]) << "what was timed serves without --autotune too";
  EXPECT_EQ(timed.size(), before);
}

TEST_F(PlanCacheTest, AFolderThatCannotBeWrittenIsALineNotAFailure) {
  write(folder / "file", "");
  {
    PlanCache cache(folder / "file/below", h200_key(),
                    [this](const std::string& line) { said.push_back(line); });
    auto plans = planner(cache);
    EXPECT_TRUE(plans.plan(one()));
  }
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("FXE_CACHE"));
  // Nor is a line that cannot be said, in a destructor.
  PlanCache cache(folder / "file/below", h200_key(), [](const std::string&) { throw std::bad_alloc(); });
  auto plans = planner(cache);
  EXPECT_TRUE(plans.plan(one()));
}

TEST_F(PlanCacheTest, WithoutAFolderNothingIsWritten) {
  {
    PlanCache cache({}, h200_key(), [this](const std::string& line) { said.push_back(line); });
    auto plans = planner(cache);
    EXPECT_TRUE(plans.plan(one()));
  }
  EXPECT_TRUE(fs::is_empty(folder));
  EXPECT_TRUE(said.empty());
}

// A backend keeps what it chose, and a second one on the same kind of device asks cuDNN's heuristics for
// nothing.
TEST_F(PlanCacheTest, ABackendUsesIt) {
  const CudaPlanOptions options{.cache_folder = folder,
                                .say = [this](const std::string& line) { said.push_back(line); }};
  std::vector<std::vector<std::string>> implementations;
  for (int i = 0; i < 2; ++i) {
    Recorder recorder;
    const auto device = make_recording_device(recorder);
    const auto backend = make_cuda_backend(*device, Precision::fp16, described_device("h200"), options);
    const auto plan = compile(zero_model("cifar_resnet8"), *backend, 1);
    auto& list = implementations.emplace_back();
    for (const auto& layer : plan->layers()) list.push_back(layer.implementation);
  }
  EXPECT_EQ(implementations[0], implementations[1]);
  EXPECT_FALSE(fs::is_empty(folder));
  EXPECT_TRUE(said.empty());
}

TEST(PlanCacheFolder, IsWhereTheUserKeepsCaches) {
  // Read only: other tests of this program may run with these variables.
  if (const char* folder = std::getenv("FXE_CACHE"); folder && *folder) {
    EXPECT_EQ(default_plan_cache_folder(), folder);
  } else if (const char* home = std::getenv("HOME"); home && *home && !std::getenv("XDG_CACHE_HOME")) {
    EXPECT_EQ(default_plan_cache_folder(), fs::path(home) / ".cache/fxe");
  }
}

}  // namespace
}  // namespace fxe::test
