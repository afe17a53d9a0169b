// SPDX-License-Identifier: Apache-2.0
// Small inputs that ask for much memory: each command says at once how much, and takes none of it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>

#include "tests/paths.h"
#include "tests/support/sanitized.h"
#include "tests/tools/small_ensemble.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

// A file of a few hundred bytes.
void write_graph(const std::string& path, const Json& nodes) {
  const Json graph = {{"schema", "fxe.graph/1"}, {"output", nodes.size() - 1}, {"nodes", nodes}};
  write_safetensors(path, {}, {{"fxe.graph", graph.dump()}});
}

Json input(int channels, int size) {
  return {{"name", "i"},   {"op", "input"}, {"inputs", Json::array()},
          {"c", channels}, {"h", size},     {"w", size}};
}

class Memory : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(FXE_BINARY_DIR "/fxe")) GTEST_SKIP() << "fxe is not built";
    if (kSanitized) GTEST_SKIP() << "a sanitizer needs the address space that this test limits";
  }

  // "fxe WORDS" as a process of its own with 2.5 GiB.
  Outcome with_2_5_gib(const std::string& words) const {
    const std::string command = fmt::format(
        "ulimit -v 2621440; GOMP_SPINCOUNT=1000 '{}/fxe' {} --device cpu --threads 1 >'{}' 2>'{}'",
        FXE_BINARY_DIR, words, folder / "out", folder / "err");
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(folder / "out"),
            read_text(folder / "err")};
  }

  void expect_refused(const std::string& words, const std::string& reason) const {
    const auto start = std::chrono::steady_clock::now();
    const Outcome run = with_2_5_gib(words);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(run.code, 1) << words << ": " << run.err;
    EXPECT_EQ(lines_of(run.err), 1u) << words << ": " << run.err;
    EXPECT_THAT(run.err, testing::ContainsRegex("fxe [a-z]+: .*" + reason + " [0-9]+ MiB.* [0-9]+ MiB"))
        << words;
    EXPECT_LT(seconds.count(), 20) << words;
  }

  // Its plan is printed, and that it does not fit.
  void expect_inspected(const std::string& model, const std::string& reason) const {
    const Outcome run = with_2_5_gib("inspect " + model + " --json " + folder / "r.json");
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(run.err, "");
    EXPECT_THAT(run.out, testing::ContainsRegex("plan for cpu, batch 1: [0-9]+ steps, arena of .* MB"));
    EXPECT_THAT(run.out, HasSubstr("it does not fit here: "));
    const Json report = read_json(folder / "r.json")["members"][0];
    EXPECT_THAT(report["does_not_fit"].get<std::string>(), HasSubstr(reason));
    EXPECT_GT(report["plan"].size(), 1u);
  }

  const SmallEnsemble& small = small_ensemble();
  Folder folder;
};

TEST_F(Memory, ALayerThatDoesNotFitIsRefusedWithItsSize) {
  const std::string gray = folder / "gray.safetensors", colour = folder / "colour.safetensors";
  const Json pool = {{"name", "g"}, {"op", "global_average_pool"}, {"inputs", {0}}};
  write_graph(gray, {input(1, 46'000), pool});                               // 8 GB
  const Json twice = {{"name", "c"}, {"op", "concat"}, {"inputs", {1, 1}}};  // classes enough
  write_graph(colour, {input(3, 16'000), pool, twice});
  EXPECT_LT(std::filesystem::file_size(gray), 600u);
  expect_refused("check " + gray, "compare layer 'g' takes");
  expect_inspected(gray, "layer 'i' makes [1, 1, 46000, 46000], which takes 8072 MiB");
  const std::string preprocess = R"( --preprocess '{"resize":{"to":16000,"side":"both"},"crop":16000}')";
  const std::string takes = "layer 'i' makes \\[1, 3, 16000, 16000\\], which takes";
  expect_refused("bench " + colour, takes);
  expect_refused("classify " + colour + " " + small.images + "/0/100.ppm" + preprocess, takes);
  for (const std::string command : {"eval ", "profile "})
    expect_refused(command + colour + " " + small.images + preprocess, takes);
  expect_refused("record " + colour + " " + small.images + " -o " + folder / "st" + preprocess, takes);
  EXPECT_FALSE(std::filesystem::exists(folder / "st"));
}

// Each layer joins the one before with itself: a graph of 1.5 KB.
TEST_F(Memory, ValuesThatDoubleAreRefused) {
  Json nodes = {input(3, 64)};
  for (int i = 0; i < 17; ++i)
    nodes.push_back({{"name", fmt::format("c{}", i)}, {"op", "concat"}, {"inputs", {i, i}}});
  write_graph(folder / "doubles.safetensors", nodes);
  expect_refused("check " + folder / "doubles.safetensors", "compare layer 'c1[0-9]' takes");
  expect_refused("bench " + folder / "doubles.safetensors",
                 "layer 'c16' makes \\[1, 393216, 64, 64\\], which takes");
  expect_inspected(folder / "doubles.safetensors", "layer 'c16' makes [1, 393216, 64, 64], which takes");
}

// No value alone is too large, but the plan is.
TEST_F(Memory, APlanThatDoesNotFitIsRefusedWithItsSize) {
  Json nodes = {input(3, 13'000)};  // 2 GB
  nodes.push_back({{"name", "s"}, {"op", "channel_shuffle"}, {"inputs", {0}}, {"groups", 3}});
  nodes.push_back({{"name", "t"}, {"op", "channel_shuffle"}, {"inputs", {1}}, {"groups", 3}});
  nodes.push_back({{"name", "g"}, {"op", "global_average_pool"}, {"inputs", {2}}});
  write_graph(folder / "wide.safetensors", nodes);
  expect_refused("bench " + folder / "wide.safetensors", "a plan for batch 1 takes");
  expect_inspected(folder / "wide.safetensors", "a plan for batch 1 takes");
}

}  // namespace
}  // namespace fxe::test
