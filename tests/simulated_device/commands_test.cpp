// SPDX-License-Identifier: Apache-2.0
// Every command that runs networks, with --device cuda.
#include <cupti.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/settings.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

class SimulatedCommands : public testing::Test {
 protected:
  SimulatedCommands() { setenv("FXE_CACHE", (folder_ / "plans").c_str(), 1); }
  ~SimulatedCommands() override {
    sim::settings() = before_;
    unsetenv("FXE_CACHE");
  }

  nlohmann::json run(std::vector<std::string> words) {
    words.insert(words.end(), {"--device", "cuda", "--threads", "1", "--json", folder_ / "out.json"});
    outcome_ = fxe(words);
    EXPECT_EQ(outcome_.code, 0) << words[0] << ": " << outcome_.err;
    return outcome_.code == 0 ? read_json(folder_ / "out.json") : nlohmann::json();
  }

  const SmallEnsemble& small_ = small_ensemble();
  Folder folder_;
  Outcome outcome_;
  sim::Settings before_ = sim::settings();
};

TEST_F(SimulatedCommands, Doctor) {
  const auto report = run({"doctor"});
  EXPECT_EQ(report["cuda"]["works"], true);
  EXPECT_THAT(outcome_.out, HasSubstr("NVIDIA H200 (simulated) (sm_90"));
  EXPECT_THAT(outcome_.out, HasSubstr("cuBLASLt"));
}

TEST_F(SimulatedCommands, RecordHoldsTheCpusLogits) {
  for (const char* device : {"cpu", "cuda"})
    ASSERT_EQ(fxe({"record", small_.ensemble, small_.images, "--device", device, "--batch", "7", "--threads",
                   "1", "-o", folder_ / (std::string(device) + ".store"), "--quiet"})
                  .code,
              0);
  std::string answers[2];
  for (const bool cuda : {false, true}) {
    const auto replay = fxe({"replay", folder_ / (cuda ? "cuda.store" : "cpu.store"), "--policy",
                             "t:0.1,0.12", "--quiet", "--json", folder_ / "replay.json"});
    ASSERT_EQ(replay.code, 0) << replay.err;
    answers[cuda] = read_json(folder_ / "replay.json")["exits"].dump();
  }
  EXPECT_EQ(answers[0], answers[1]);
}

TEST_F(SimulatedCommands, EvalCountsTheSameExits) {
  auto words = [&](const char* device) {
    return std::vector<std::string>{"--device", device, "--batch", "6", "--policy", "t:0.1,0.12"};
  };
  const auto cpu = small_.predictions(words("cpu")), cuda = small_.predictions(words("cuda"));
  ASSERT_EQ(cpu.size(), cuda.size());
  for (size_t i = 0; i < cpu.size(); ++i) {
    EXPECT_EQ(cpu[i].predicted, cuda[i].predicted) << cpu[i].path;
    EXPECT_EQ(cpu[i].members, cuda[i].members) << cpu[i].path;
  }
  const auto report =
      run({"eval", small_.ensemble, small_.images, "--compare-full", "--policy", "t:0.1,0.12"});
  EXPECT_GT(report["full"]["time_per_image_ms"], 0);
}

TEST_F(SimulatedCommands, ADeadlineThatHasPassedStopsAfterOneMember) {
  const auto report =
      run({"eval", small_.ensemble, small_.images, "--policy", "full", "--deadline-ms", "0.000001"});
  EXPECT_EQ(report["exits"], nlohmann::json({SmallEnsemble::kImages, 0, 0}));
}

TEST_F(SimulatedCommands, Bench) {
  const auto report = run(
      {"bench", small_.ensemble, "--duration", "0", "--warmUp", "0", "--iterations", "2", "--batch", "2"});
  EXPECT_THAT(report.dump(), HasSubstr("h2d_latency_ms"));
  run({"bench", "cifar_resnet8", "--duration", "0", "--warmUp", "0", "--iterations", "2"});
}

TEST_F(SimulatedCommands, CheckFindsEveryLayerInBound) {
  for (const char* network : {"cifar_resnet8", "cifar_resnet20"}) run({"check", network, "--batch", "2"});
  run({"check", "cifar_resnet8", "--against", "cpu"});
}

TEST_F(SimulatedCommands, Inspect) {
  run({"inspect", small_.ensemble, "--batch", "8"});
  EXPECT_THAT(outcome_.out, HasSubstr("plan for cuda, batch 8"));
  EXPECT_THAT(outcome_.out, HasSubstr("ms to capture and instantiate"));
}

TEST_F(SimulatedCommands, ClassifyExplainsEachStageAsTheCpuDoes) {
  const auto explained = [&](const std::string& device, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"classify",
                                      small_.ensemble,
                                      small_.images + "/0/100.ppm",
                                      small_.images + "/1/101.ppm",
                                      "--explain",
                                      "--policy",
                                      "t:0.1,0.12",
                                      "--device",
                                      device,
                                      "--json",
                                      folder_ / "out.json"};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? read_json(folder_ / "out.json")["images"] : nlohmann::json();
  };
  const auto cpu = explained("cpu", {});
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{}, {"--launch", "stream"}, {"--tail", "separate"}}) {
    const auto cuda = explained("cuda", more);
    ASSERT_EQ(cuda.size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
      ASSERT_EQ(cuda[i]["stages"].size(), cpu[i]["stages"].size());
      for (size_t k = 0; k < cpu[i]["stages"].size(); ++k) {
        const auto &a = cpu[i]["stages"][k], &b = cuda[i]["stages"][k];
        EXPECT_EQ(a["decision"], b["decision"]);
        EXPECT_NEAR(a["margin"].get<double>(), b["margin"].get<double>(), 1e-5);
        EXPECT_EQ(a["top"][0]["class"], b["top"][0]["class"]);
      }
    }
  }
  EXPECT_EQ(fxe({"classify", small_.ensemble, small_.images + "/0/100.ppm", "--device", "cuda", "--control",
                 "device"})
                .code,
            2);
}

// Every kernel call of a graph or a stream belongs to a layer, and there are as many as exits leave.
TEST_F(SimulatedCommands, ProfileCountsTheKernelsOfEveryLayer) {
  for (const char* control : {"device", "none"}) {
    const auto report = run({"profile", small_.ensemble, small_.images, "--limit", "4", "--policy",
                             "t:0.1,0.12", "--batch", "2", "--control", control});
    ASSERT_TRUE(report.contains("members")) << control;
    int64_t calls_run = 0, calls_full = 0;
    for (const auto& member : report["members"]) {
      const auto& calls = member["calls"];
      calls_run += calls["run"].get<int64_t>();
      calls_full += calls["full"].get<int64_t>();
      EXPECT_EQ(calls["saved"].get<int64_t>() + calls["run"].get<int64_t>(), calls["full"].get<int64_t>())
          << control;
    }
    EXPECT_GT(calls_full, 0) << control;
    EXPECT_EQ(calls_run < calls_full, std::string(control) != "none") << control;
  }
}

TEST_F(SimulatedCommands, ProfileSaysInOneLineWhatIsInItsWay) {
  const std::vector<std::string> words = {"profile", small_.ensemble, small_.images, "--limit",
                                          "2",       "--device",      "cuda",        "--quiet"};
  CUpti_SubscriberHandle other = nullptr;
  ASSERT_EQ(cuptiSubscribe(
                &other, [](void*, CUpti_CallbackDomain, CUpti_CallbackId, const void*) {}, nullptr),
            CUPTI_SUCCESS);
  const auto outcome = fxe(words);
  EXPECT_EQ(cuptiUnsubscribe(other), CUPTI_SUCCESS);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines_of(outcome.err), 1u) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("another profiler may be attached"));

  // A program looks the library up only once, so this is another program.
  const std::string command = fmt::format("FXE_SIM_REFUSE=cupti '{}' '{}' >'{}' 2>&1", FXE_SIM_PROGRAM,
                                          fmt::join(words, "' '"), folder_ / "said");
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
  const std::string said = read_text(folder_ / "said");
  EXPECT_EQ(lines_of(said), 1u) << said;
  EXPECT_THAT(said, HasSubstr("is not on this machine"));
}

TEST_F(SimulatedCommands, OutOfMemoryIsOneLineThatSaysWhatFits) {
  sim::settings().memory_bytes = 3 << 20;
  const auto outcome = fxe({"eval", small_.ensemble, small_.images, "--device", "cuda", "--batch", "32"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines_of(outcome.err), 1u) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("would fit"));
}

// If the conditions that kernels set do not arrive, the defaults hold: no body runs.
TEST_F(SimulatedCommands, ConditionsThatNobodySetsRunNothing) {
  sim::settings().setters_are_lost = true;
  const auto taken = sim::coverage().bodies_taken, skipped = sim::coverage().bodies_skipped;
  fxe({"eval", small_.ensemble, small_.images, "--device", "cuda", "--batch", "7", "--control", "device",
       "--policy", "full", "--limit", "7"});
  EXPECT_EQ(sim::coverage().bodies_taken, taken);
  EXPECT_GT(sim::coverage().bodies_skipped, skipped);
}

}  // namespace
}  // namespace fxe::test
