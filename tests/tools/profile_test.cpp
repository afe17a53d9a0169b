// SPDX-License-Identifier: Apache-2.0
// "fxe profile": counts are exact; sums agree with each other and with the whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <sstream>

#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Profile : public testing::Test {
 protected:
  void run(const std::vector<std::string>& more) {
    std::vector<std::string> words = {
        "profile", small.ensemble,    small.images, "--json", folder / "p.json", "--csv", folder / "p.csv",
        "--trace", folder / "t.json", "--threads",  "1"};
    words.insert(words.end(), more.begin(), more.end());
    outcome = fxe(words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    report = read_json(folder / "p.json");
  }

  // Images on which member k runs under this policy.
  static std::vector<int> runs_of(const Json& exits) {
    std::vector<int> runs(exits.size());
    for (size_t k = 0; k < exits.size(); ++k)
      runs[k] = std::accumulate(exits.begin() + static_cast<std::ptrdiff_t>(k), exits.end(), 0,
                                [](int sum, const Json& n) { return sum + n.get<int>(); });
    return runs;
  }

  static size_t kernels_of(const Json& member) {
    size_t count = 0;
    for (const auto& layer : member["layers"]) count += layer["kernels"].size();
    return count;
  }

  // Every object with "ms" in it: saved + run = full, in calls and in time.
  static void expect_identities(const Json& json) {
    if (json.is_object() && json.contains("ms")) {
      const Json &ms = json["ms"], &calls = json["calls"];
      EXPECT_NEAR(ms["saved"].get<double>() + ms["run"].get<double>(), ms["full"].get<double>(), 1e-9);
      EXPECT_EQ(calls["saved"].get<int64_t>() + calls["run"].get<int64_t>(), calls["full"].get<int64_t>());
    }
    if (json.is_structured())
      for (const auto& part : json) expect_identities(part);
  }

  static double sum(const Json& list, const char* what) {
    double total = 0;
    for (const auto& entry : list) total += entry["ms"][what].get<double>();
    return total;
  }

  const SmallEnsemble& small = small_ensemble();
  Folder folder;
  Outcome outcome;
  Json report;
};

TEST_F(Profile, CallsAreThoseThatExitsLeave) {
  run({"--policy", "t:0.1,0.12"});
  EXPECT_EQ(report["schema"], "fxe.profile/1");
  EXPECT_EQ(report["images"], SmallEnsemble::kImages);
  const auto runs = runs_of(report["flexible"]["exits"]);
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[0], SmallEnsemble::kImages);
  EXPECT_GT(runs[1], runs[2]) << "images must stop everywhere";
  EXPECT_GT(runs[2], 0);
  EXPECT_LT(runs[1], runs[0]);
  EXPECT_EQ(report["full"]["exits"], Json({0, 0, SmallEnsemble::kImages}));
  for (size_t m = 0; m < 3; ++m) {
    const Json& member = report["members"][m];
    const auto kernels = static_cast<int64_t>(kernels_of(member));
    EXPECT_GE(kernels, 9) << "ResNet-8 has nine products";
    EXPECT_EQ(member["calls"]["run"], kernels * runs[m]);
    EXPECT_EQ(member["calls"]["full"], kernels * SmallEnsemble::kImages);
    for (const auto& layer : member["layers"])
      for (const auto& kernel : layer["kernels"]) {
        EXPECT_EQ(kernel["calls"]["run"], runs[m]) << layer["name"];
        EXPECT_EQ(kernel["batch"], 1);
      }
  }
  EXPECT_EQ(report["members"][0]["ms"]["saved"], 0) << "no exit skips the first member";
}

TEST_F(Profile, SavedAndRunIsFullInEveryTable) {
  for (const char* batch : {"1", "7"}) {
    run({"--policy", "t:0.1,0.12", "--batch", batch});
    expect_identities(report);
    const double full = report["kernels_in_all"]["ms"]["full"],
                 saved = report["kernels_in_all"]["ms"]["saved"];
    EXPECT_NEAR(sum(report["members"], "full"), full, 1e-9 * full);
    EXPECT_NEAR(sum(report["kernels"], "full"), full, 1e-9 * full);
    EXPECT_NEAR(sum(report["kernels"], "saved"), saved, 1e-9 * full);
    double layers = 0, shares = 0;
    for (const auto& member : report["members"]) {
      layers += sum(member["layers"], "full");
      shares += member["share_of_saving"].get<double>();
    }
    EXPECT_NEAR(layers, full, 1e-9 * full);
    EXPECT_NEAR(shares, 1, 1e-9);
  }
}

// Both runs of every kernel are in the table, and the table plus what is outside it is the whole.
TEST_F(Profile, KernelsAndWhatIsOutsideAreTheWhole) {
  run({"--policy", "t:0.1,0.12"});
  const auto number = [&](const char* policy, const char* key) { return report[policy][key].get<double>(); };
  double measured = 0;
  for (const char* policy : {"flexible", "full"}) {
    measured += number(policy, "kernels_ms");
    EXPECT_NEAR(number(policy, "kernels_ms") + number(policy, "outside_kernels_ms"),
                number(policy, "observed_ms"), 1e-9 * number(policy, "observed_ms"));
    EXPECT_GE(number(policy, "outside_kernels_ms"), 0);
    EXPECT_LT(number(policy, "outside_kernels_ms"), 0.5 * number(policy, "observed_ms"));
  }
  const Json& all = report["kernels_in_all"]["ms"];
  EXPECT_NEAR(all["run"].get<double>() + all["full"].get<double>(), measured, 1e-9 * measured);
  EXPECT_GT(report["measured_gb_per_s"], 0);
  EXPECT_GT(report["measured_gflop_per_s"], 0);
  EXPECT_NEAR(report["speedup"].get<double>(),
              number("full", "time_per_image_ms") / number("flexible", "time_per_image_ms"), 1e-9);
}

TEST_F(Profile, TheCsvHoldsEveryKernelOfTheJson) {
  run({"--policy", "t:0.1,0.12", "--batch", "4"});
  std::istringstream lines(read_text(folder / "p.csv"));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(
      line,
      "member,layer,op,kernel,batch,ms_per_call,calls_run,calls_saved,calls_full,run_ms,saved_ms,full_ms,"
      "gb_per_s,gflop_per_s");
  size_t rows = 0, kernels = 0;
  while (std::getline(lines, line)) ++rows;
  for (const auto& member : report["members"]) kernels += kernels_of(member);
  EXPECT_EQ(rows, kernels);
  EXPECT_THAT(read_text(folder / "p.csv"), HasSubstr("\nb,conv1,"));
}

// Perfetto nests the spans of a track by their times: kernels in layers in members.
TEST_F(Profile, TheTraceHoldsTheFirstBatchesOfBothPolicies) {
  run({"--policy", "t:-1", "--trace-batches", "3"});
  const Json events = read_json(folder / "t.json")["traceEvents"];
  std::map<std::pair<int, std::string>, int> spans;
  double end_of_member = -1;
  for (const auto& e : events) {
    if (e["ph"] == "M") continue;
    EXPECT_EQ(e["ph"], "X");
    EXPECT_GE(e["ts"].get<double>(), 0);
    EXPECT_GE(e["dur"].get<double>(), 0);
    ++spans[{e["tid"].get<int>(), e["name"].get<std::string>()}];
    if (e["name"] == "a" && e["tid"] == 1) {
      EXPECT_GT(e["ts"].get<double>(), end_of_member);
      end_of_member = e["ts"].get<double>() + e["dur"].get<double>();
    }
  }
  for (const char* member : {"a", "b", "c"}) {
    EXPECT_EQ((spans[{0, member}]), member == std::string("a") ? 3 : 0) << member;
    EXPECT_EQ((spans[{1, member}]), 3) << member;
  }
  EXPECT_EQ((spans[{1, "conv1"}]), 9);
}

TEST_F(Profile, TheFullEnsembleSavesNothing) {
  run({"--policy", "full", "--limit", "3"});
  EXPECT_EQ(report["images"], 3);
  EXPECT_EQ(report["kernels_in_all"]["ms"]["saved"], 0);
  EXPECT_TRUE(report["members"][0]["share_of_saving"].is_null()) << "a share of nothing is no number";
  EXPECT_EQ(read_text(folder / "p.json").find("nan"), std::string::npos);
}

TEST_F(Profile, MembersOutsideThePolicyAreSavedWhole) {
  run({"--policy", "first:1", "--limit", "4"});
  for (const size_t m : {1, 2}) {
    EXPECT_EQ(report["members"][m]["calls"]["run"], 0);
    EXPECT_EQ(report["members"][m]["ms"]["saved"], report["members"][m]["ms"]["full"]);
  }
}

TEST_F(Profile, TextShowsTheTablesAndQuietNothing) {
  run({"--policy", "t:0.1,0.12", "--layers", "2"});
  for (const char* part :
       {"speed-up", "measured now", "member", "layer", "kernel", "all kernels", "more: --layers 0"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
  EXPECT_EQ(outcome.out.find("nan"), std::string::npos);
  run({"--limit", "2", "--quiet"});
  EXPECT_EQ(outcome.out, "");
}

TEST_F(Profile, UnreadableImagesAreListedAndTheRestIsProfiled) {
  write_text(folder / "images/0/a.ppm", rendered_image(1));
  write_text(folder / "images/0/b.ppm", "P6 not an image");
  const auto some =
      fxe({"profile", small.ensemble, folder / "images", "--quiet", "--json", folder / "p.json"});
  EXPECT_EQ(some.code, 0) << some.err;
  EXPECT_THAT(some.err, HasSubstr("b.ppm"));
  report = read_json(folder / "p.json");
  EXPECT_EQ(report["images"], 1);
  EXPECT_EQ(report["failed"].size(), 1u);
  write_text(folder / "none/0/b.ppm", "P6 not an image");
  const auto none =
      fxe({"profile", small.ensemble, folder / "none", "--quiet", "--json", folder / "none.json"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("no image could be used"));
  EXPECT_FALSE(std::filesystem::exists(folder / "none.json"));
}

TEST_F(Profile, BadInputIsOneLine) {
  const auto refused = [&](std::vector<std::string> more, const char* part) {
    std::vector<std::string> words = {"profile", small.ensemble, small.images};
    words.insert(words.end(), more.begin(), more.end());
    expect_refused(words, part);
  };
  expect_refused({"profile", small.ensemble}, "ENSEMBLE|MODEL FOLDER");
  expect_refused({"profile", small.ensemble, folder / "nowhere"}, "nowhere");
  refused({"--policy", "t:x"}, "t:x");
  refused({"--trace-batches", "0"}, "--trace-batches");
  refused({"--layers", "-1"}, "--layers");
  refused({"--limit", "1e3"}, "--limit");
  refused({"--launch", "stream", "--device", "cpu"}, "--launch stream");
  const auto unwritable = fxe({"profile", small.ensemble, small.images, "--limit", "1", "--quiet", "--csv",
                               folder / "no/such/p.csv"});
  EXPECT_EQ(unwritable.code, 1);
  EXPECT_THAT(unwritable.err, HasSubstr("p.csv"));
}

}  // namespace
}  // namespace fxe::test
