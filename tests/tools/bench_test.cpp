// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"
#include "tools/reports/bench_report.h"

namespace fxe::test {
namespace {

using Json = nlohmann::json;

TEST(BenchTimes, SummariesAreTrtexecs) {
  // Ten times 1 .. 10, not in order: the median of an even count lies between the middle two, a percentile is
  // a measured time.
  const std::vector<double> times = {3, 1, 10, 2, 5, 4, 9, 7, 8, 6};
  const auto s = summarise(times, {50, 90, 99, 100, 1});
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.max, 10);
  EXPECT_DOUBLE_EQ(s.mean, 5.5);
  EXPECT_DOUBLE_EQ(s.median, 5.5);
  EXPECT_EQ(s.percentiles, (std::vector<double>{5, 9, 10, 10, 1}));
  EXPECT_DOUBLE_EQ(s.variation, std::sqrt(82.5 / 9) / 5.5);
  const auto json = summary_json(s, {50, 90, 99, 100, 99.9});
  EXPECT_EQ(json["percentile(90%)"], 9);
  EXPECT_TRUE(json.contains("percentile(99.9%)"));
}

TEST(BenchTimes, OneTimeHasNoVariation) {
  const auto s = summarise({2.5}, {99});
  EXPECT_EQ(s.median, 2.5);
  EXPECT_EQ(s.percentiles[0], 2.5);
  EXPECT_EQ(s.variation, 0);
}

BenchRow row(BenchRow::Kind kind, std::vector<int> members, std::vector<double> latency_ms) {
  BenchRow made;
  made.kind = kind;
  made.point.members = std::move(members);
  made.times.latency_ms = std::move(latency_ms);
  return made;
}

TEST(BenchReport, OverheadIsTheMedianOverRounds) {
  using Kind = BenchRow::Kind;
  const std::vector<BenchRow> rows = {row(Kind::policy, {4, 2}, {1, 1, 1}),
                                      row(Kind::member, {4}, {1, 2, 10}), row(Kind::member, {2}, {3, 2, 10})};
  // Ratios 1.25, 1.5 and 1.1.
  EXPECT_DOUBLE_EQ(overhead_of_stopping(row(Kind::stop_after, {4, 2}, {5, 6, 22}), rows), 0.25);
  EXPECT_TRUE(std::isnan(overhead_of_stopping(row(Kind::stop_after, {4, 1}, {5, 6, 22}), rows)));
}

TEST(BenchReport, CopiesAreThereWhereADeviceMakesThem) {
  std::vector<BenchRow> rows{row(BenchRow::Kind::policy, {0}, {5, 5})};
  const auto report = [&](const BenchSubject& subject) {
    testing::internal::CaptureStdout();
    print_bench(stdout, subject, rows);
    return std::pair(Json(bench_json(subject, rows)), testing::internal::GetCapturedStdout());
  };
  BenchSubject subject{.percents = {50, 100}};
  const auto [json, text] = report(subject);
  EXPECT_TRUE(json.at("h2d_latency_ms").is_null());
  EXPECT_TRUE(json.at("d2h_latency_ms").is_null());
  EXPECT_EQ(text.find("2H Latency"), std::string::npos) << text;
  EXPECT_EQ(text.find("2D Latency"), std::string::npos) << text;

  subject.copies = CopyTimes{.up_ms = {3, 1, 2}, .down_ms = {0.5, 0.25, 0.5}};
  const auto [with, with_text] = report(subject);
  const Json expected = {
      {"min", 1}, {"max", 3}, {"mean", 2}, {"median", 2}, {"percentile(50%)", 2}, {"percentile(100%)", 3}};
  EXPECT_EQ(with["h2d_latency_ms"], expected);
  EXPECT_EQ(with["d2h_latency_ms"]["min"], 0.25);
  EXPECT_NE(with_text.find("\nH2D Latency: min = 1 ms, max = 3 ms, mean = 2 ms, median = 2 ms, perc"),
            std::string::npos)
      << with_text;
  EXPECT_NE(with_text.find("\nD2H Latency: min = 0.25 ms, "), std::string::npos) << with_text;
  EXPECT_NE(with_text.find("(copies by themselves, 3 times"), std::string::npos) << with_text;
}

// An executor whose batches take `begin_ms` until they are handed over, and `end_ms` after that.
class TimedExecutor final : public Executor {
 public:
  TimedExecutor(bool returns_early, int begin_ms, int end_ms)
      : returns_early_(returns_early), begin_ms_(begin_ms), end_ms_(end_ms) {}
  int prepare(const OperatingPoint&) override { return 0; }
  bool begin_returns_early() const override { return returns_early_; }
  std::span<std::byte> input(size_t, int, int) override { return {}; }
  void begin(int, int, double, int) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(begin_ms_));
  }
  const BatchRun& end(int) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(end_ms_));
    run_.ms = begin_ms_ + end_ms_;
    return run_;
  }
  void observe(std::function<void(const StageView&)>) override {}

 private:
  bool returns_early_;
  int begin_ms_, end_ms_;
  BatchRun run_;
};

TEST(Bench, EnqueueTimeIsTheHostsUntilTheDeviceHasTheBatch) {
  const auto bench_of = [](TimedExecutor executor) {
    std::vector<BenchRow> rows{row(BenchRow::Kind::policy, {0}, {})};
    BenchInput input = BenchInput::random({}, 1, 1);
    bench(executor, input, 1, 0, {.warm_up_ms = 0, .iterations = 3, .duration_s = 0}, rows);
    testing::internal::CaptureStdout();
    const BenchSubject subject{.batch = 1, .percents = {90}};
    print_bench(stdout, subject, rows);
    return std::pair(Json(bench_json(subject, rows)["rows"][0]), testing::internal::GetCapturedStdout());
  };
  const auto [early, early_text] = bench_of(TimedExecutor(true, 2, 20));
  EXPECT_GE(early["enqueue_ms"]["min"], 2);
  EXPECT_LT(early["enqueue_ms"]["median"], 20) << "what end() waits for is not enqueueing";
  EXPECT_NE(early_text.find("Enqueue Time: min = "), std::string::npos);

  const auto [bound, bound_text] = bench_of(TimedExecutor(true, 20, 0));
  EXPECT_NE(bound_text.find("of the latency to enqueue a batch"), std::string::npos) << bound_text;

  const auto [whole, whole_text] = bench_of(TimedExecutor(false, 2, 0));
  EXPECT_TRUE(whole["enqueue_ms"].is_null());
  EXPECT_EQ(whole_text.find("nqueue"), std::string::npos) << whole_text;
}

Json bench_json_of(std::vector<std::string> words) {
  const Folder folder;
  words.insert(words.begin(), "bench");
  for (const auto* word : {"--quiet", "--duration", "0", "--warmUp", "0", "--iterations", "3", "--json"})
    words.emplace_back(word);
  words.push_back(folder / "bench.json");
  const auto run = fxe(words);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  return read_json(folder / "bench.json");
}

TEST(Bench, RowsOfAnEnsembleArePolicyMembersAndExitDepths) {
  const auto json =
      bench_json_of({small_ensemble().ensemble, "--images", small_ensemble().images, "--batch", "4"});
  EXPECT_EQ(json["schema"], "fxe.bench/1");
  EXPECT_EQ(json["batch"], 4);
  EXPECT_EQ(json.contains("h2d_latency_ms"), json.contains("d2h_latency_ms"));
  EXPECT_EQ(json.at("h2d_latency_ms").is_null(), json["device"].get<std::string>().starts_with("cpu"));
  const auto& rows = json["rows"];
  ASSERT_EQ(rows.size(), 7u);
  const std::vector<std::vector<int>> members = {{0, 1, 2}, {0}, {1}, {2}, {0}, {0, 1}, {0, 1, 2}};
  const std::vector<std::string> kinds = {"policy",     "member",     "member",    "member",
                                          "stop_after", "stop_after", "stop_after"};
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& r = rows[i];
    EXPECT_EQ(r["members"], members[i]) << i;
    EXPECT_EQ(r["kind"], kinds[i]) << i;
    EXPECT_EQ(r["iterations"], 3) << i;
    EXPECT_EQ(r["mean_members"], members[i].size()) << i;
    const auto& t = r["latency_ms"];
    EXPECT_GT(t["min"], 0.0);
    EXPECT_LE(t["min"], t["median"]);
    EXPECT_LE(t["median"], t["percentile(99%)"]);
    EXPECT_LE(t["percentile(99%)"], t["max"]);
    EXPECT_LE(r["compute_ms"]["mean"], t["mean"]) << "members and tails are a part of the whole";
    EXPECT_DOUBLE_EQ(r["images_per_second"].get<double>(), 4 * r["throughput"].get<double>());
    EXPECT_EQ(r.contains("over_members_alone"), i >= 4);
  }
}

TEST(Bench, TheStoredOrThresholdPolicyIsWhatRuns) {
  const auto all = bench_json_of({small_ensemble().ensemble, "--policy", "t:-1", "--only-policy"});
  ASSERT_EQ(all["rows"].size(), 1u);
  EXPECT_EQ(all["rows"][0]["mean_members"], 1) << "a threshold below 0 always stops";
  EXPECT_EQ(all["policy"], "t:-1");
}

TEST(Bench, ANetworkByNameRunsWithRandomWeightsAndTimesAreExported) {
  const Folder folder;
  const auto run = fxe({"bench", "cifar_resnet8", "--duration", "0", "--warmUp", "0", "--iterations", "5",
                        "--exportTimes", folder / "times.json"});
  ASSERT_EQ(run.code, 0) << run.err;
  for (const auto* part : {"=== Performance summary ===", "Throughput: ", "Latency: min = ",
                           "percentile(90%) = ", "Total Host Walltime: "})
    EXPECT_NE(run.out.find(part), std::string::npos) << part << " not in\n" << run.out;
  const auto times = read_json(folder / "times.json");
  ASSERT_EQ(times.size(), 5u);
  double end = 0;
  for (const auto& t : times) {
    EXPECT_GE(t["startComputeMs"], end) << "queries follow one another";
    end = t["endComputeMs"];
    EXPECT_GE(t["latencyMs"], t["computeMs"]);
  }
}

TEST(Bench, SaysWhetherThreadsArePinned) {
  std::thread([] {  // which is then left on one processor
    const auto json = bench_json_of({"cifar_resnet8", "--device", "cpu", "--threads", "1", "--pin"});
    EXPECT_EQ(json["device"], "cpu, 1 pinned thread");
  })
      .join();
}

TEST(Bench, BadWordsAreRefused) {
  const auto& e = small_ensemble().ensemble;
  expect_refused({"bench", e, "--device", "cpu", "--threads", "1024", "--pin"}, "use --threads ");
  expect_refused({"bench", e, "--percentile", "0"}, "--percentile");
  expect_refused({"bench", e, "--percentile", "101"}, "--percentile");
  expect_refused({"bench", e, "--percentile", "90,x"}, "--percentile");
  expect_refused({"bench", e, "--iterations", "0"}, "--iterations");
  expect_refused({"bench", e, "--duration", "-1"}, "--duration");
  expect_refused({"bench", e, "--warmUp", "nan"}, "--warmUp");
  expect_refused({"bench", e, "--limit", "100000"}, "--limit");
  expect_refused({"bench", e, "--images", small_ensemble().folder / "none"}, "none");
  expect_refused({"bench", e, "--network", "resnet18"}, "--network");
  expect_refused({"bench", "resnet5"}, "resnet50");
}

}  // namespace
}  // namespace fxe::test
