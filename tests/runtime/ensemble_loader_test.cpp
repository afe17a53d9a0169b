// SPDX-License-Identifier: Apache-2.0
// What a program loads and runs without a command line.
#include "runtime/ensemble_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "engine/error.h"
#include "metareasoner/policy.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "runtime/ensemble_runtime.h"
#include "tests/support/folder.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {
namespace {

class LoadEnsemble : public testing::Test {
 protected:
  LoadEnsemble() {
    for (const uint64_t seed : {1, 2})
      write_safetensors(folder / fmt::format("{}.safetensors", seed),
                        random_weights(build_network("cifar_resnet8"), seed));
    write_text(folder / "e.json", R"({"schema": "fxe.ensemble/1", "name": "two", "members": [
      {"name": "a", "model": "1.safetensors", "network": "cifar_resnet8", "preprocess": "cifar-32"},
      {"name": "b", "model": "2.safetensors", "network": "cifar_resnet8", "preprocess": "cifar-32"}]})");
  }
  const Folder folder;
};

TEST_F(LoadEnsemble, SaysHowFarItHasCome) {
  std::mutex mutex;
  std::vector<size_t> seen;
  const auto e = load_ensemble(folder / "e.json", {.progress = [&](size_t done, size_t total) {
                                 const std::lock_guard lock(mutex);
                                 EXPECT_EQ(total, 2u);
                                 seen.push_back(done);
                               }});
  EXPECT_EQ(e.models.size(), 2u);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front(), 0u);
  EXPECT_THAT(seen, testing::UnorderedElementsAre(0, 1, 2));
}

TEST_F(LoadEnsemble, RefusesWhatIsAboutASingleModel) {
  const auto refused = [&](const ModelRequest& asked) -> std::string {
    try {
      load_ensemble(folder / "e.json", {.model = asked});
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(refused({}), "");
  EXPECT_THAT(refused({.network = "resnet50"}), testing::HasSubstr("--network is for a single model"));
  EXPECT_THAT(refused({.preprocess = Preprocess()}), testing::HasSubstr("--preprocess is"));
  EXPECT_THAT(refused({.choices = {.input = Input{3, 32, 32}}}), testing::HasSubstr("--input is"));
  EXPECT_THAT(refused({.choices = {.state_dict = "ema"}}), testing::HasSubstr("--state-dict is"));
  EXPECT_THAT(refused({.choices = {.output = "logits"}}), testing::HasSubstr("--output-name is"));
}

// Two ensembles in one process, batches in turn: each gives what it gives alone.
TEST_F(LoadEnsemble, SeveralRunSideBySide) {
  const auto open = [&](const char* file, ModelRequest asked) {
    LoadedEnsemble e = load_ensemble(folder / file, {.model = std::move(asked)});
    return make_runtime(e, {.device = {DeviceRequest::Kind::cpu}, .threads = 1});
  };
  const auto fill = [](Runtime& r, float value) {
    for (float& v : as_floats(r.executor->input(0, 0))) v = value;
  };
  Runtime one = open("1.safetensors", {.network = "cifar_resnet8"}), two = open("2.safetensors", {});
  const OperatingPoint point{{0}, Combine::logits, Signal::margin, {1}, {1}, {}};
  const int of_one = one.executor->prepare(point), of_two = two.executor->prepare(point);
  const auto run = [](Runtime& r, int prepared) {
    const auto mean = r.executor->run(prepared, 1).mean;
    return std::vector(mean.begin(), mean.end());
  };
  fill(one, 0.5f);
  const auto alone = run(one, of_one);
  fill(two, 0.5f);
  EXPECT_NE(run(two, of_two), alone);
  fill(two, -1);
  run(two, of_two);
  EXPECT_EQ(run(one, of_one), alone);
}

}  // namespace
}  // namespace fxe::test
