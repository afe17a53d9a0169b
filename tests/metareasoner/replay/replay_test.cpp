// SPDX-License-Identifier: Apache-2.0
// Replayed decisions against the executor that makes them.
#include "metareasoner/replay/replay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "engine/error.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/fake_ensemble.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

constexpr size_t kMembers = 4, kImages = 150;
constexpr int64_t kClasses = 10;

// The same logits as fake members and as a store; image 5 is readable here and has a NaN in every member.
struct Both {
  explicit Both(StoreForm form = StoreForm::fp32, uint64_t seed = 3)
      : recorded(kImages, kMembers, kClasses, seed, form), ensemble(kMembers, kImages, kClasses, 1, seed) {
    recorded.logits[5].assign(kMembers * kClasses, NAN);
    ensemble.fakes.clear();
    for (size_t m = 0; m < kMembers; ++m) {
      std::vector<std::vector<float>> table;
      for (size_t i = 0; i < kImages; ++i) {
        const auto row = recorded.row(i, m);
        table.emplace_back(row.begin(), row.end());
      }
      ensemble.fakes.push_back(std::make_unique<FakeMember>("m" + std::to_string(m), table));
    }
    ensemble.make_executor(1);
    recorded.write(folder / "s");
  }
  Store store() const { return Store::open(folder / "s"); }

  StoreFolder folder;
  StoreCase recorded;
  FakeEnsemble ensemble;
};

ReplaySignal same(Signal s) { return s == Signal::margin ? ReplaySignal::margin : ReplaySignal::raw_margin; }

void expect_as_executed(Both& both, const OperatingPoint& point) {
  const Store store = both.store();
  const Trace trace = Trace::of(store, point, PrefixDetail::decision, 2);
  const auto replayed = replay(store, trace, point.thresholds, same(point.signal), {}, 1);
  const auto executed = both.ensemble.run(point);
  std::set<int> stops;
  for (size_t i = 0; i < kImages; ++i) {
    EXPECT_TRUE(same_bits(replayed.rows[i], executed[i])) << "image " << i;
    stops.insert(executed[i].members);
  }
  EXPECT_GE(stops.size(), std::min<size_t>(point.size(), 3)) << "images must stop at several sizes";
}

TEST(Replay, DecidesAsTheExecutorBitForBit) {
  Both both;
  for (const Combine combine : {Combine::logits, Combine::probabilities})
    for (const Signal signal : {Signal::margin, Signal::raw_margin}) {
      SCOPED_TRACE(testing::Message() << "combine " << int(combine) << ", signal " << int(signal));
      OperatingPoint point = plain_point(kMembers, 0.4, combine);
      point.signal = signal;
      expect_as_executed(both, point);
      point.members = {3, 1, 0, 2};
      point.weights = {1, 0.5, 3, 2};
      point.temperatures = {2, 1, 0.7, 1.5};
      point.thresholds = {0.7, 0.3, 0.5};
      expect_as_executed(both, point);
      point.members = {2, 0, 1};
      point.weights = {1, 2, 1};
      point.temperatures = {1, 1, 2};
      point.thresholds = {0.6, 0.3};
      expect_as_executed(both, point);
    }
}

TEST(Replay, ACompactStoreDecidesAlike) {
  Both full, compact(StoreForm::compact);
  const OperatingPoint point = plain_point(kMembers, 0.4);
  const Store a = full.store(), b = compact.store();
  const Trace ta = Trace::of(a, point, PrefixDetail::all, 1), tb = Trace::of(b, point, PrefixDetail::all, 1);
  for (const auto signal : {ReplaySignal::margin, ReplaySignal::raw_margin, ReplaySignal::top1,
                            ReplaySignal::entropy, ReplaySignal::agreement}) {
    const auto ra = replay(a, ta, point.thresholds, signal, {}, 1);
    const auto rb = replay(b, tb, point.thresholds, signal, {}, 1);
    for (size_t i = 0; i < kImages; ++i) EXPECT_TRUE(same_bits(ra.rows[i], rb.rows[i])) << name(signal);
    EXPECT_EQ(ra.evaluation.top5(), rb.evaluation.top5());
  }
  const auto refused = [&](auto change) {
    OperatingPoint other = point;
    change(other);
    return error_of([&] { Trace::of(b, other, PrefixDetail::decision, 1); });
  };
  using P = OperatingPoint;
  EXPECT_NE(refused([](P& p) { std::swap(p.members[0], p.members[1]); }).find("another order"),
            std::string::npos);
  EXPECT_NE(refused([](P& p) { p.weights[2] = 2; }).find("other weights"), std::string::npos);
  EXPECT_NE(refused([](P& p) { p.temperatures[0] = 2; }).find("other temperatures"), std::string::npos);
  EXPECT_NE(refused([](P& p) { p.combine = Combine::probabilities; }).find("another combination"),
            std::string::npos);
}

TEST(Replay, SignalsAreWhatTheySay) {
  const PrefixScore certain{3, 1, 0, 9, 1, 0, 3, 0, 1, 1};
  const PrefixScore unsure{3, 0.1f, 0.1f, 2, 2, std::log(10.0f), 1, 0, 0.1f, 1};
  EXPECT_EQ(signal_value(ReplaySignal::top1, certain, 3, 10), 1);
  EXPECT_EQ(signal_value(ReplaySignal::raw_margin, certain, 3, 10), 8);
  EXPECT_EQ(signal_value(ReplaySignal::entropy, certain, 3, 10), 1);
  EXPECT_NEAR(signal_value(ReplaySignal::entropy, unsure, 3, 10), 0, 1e-6);
  EXPECT_EQ(signal_value(ReplaySignal::agreement, certain, 3, 10), 1);
  EXPECT_EQ(signal_value(ReplaySignal::agreement, unsure, 3, 10), 0);
  EXPECT_EQ(signal_value(ReplaySignal::agreement, certain, 1, 10), 0) << "one member agrees with nobody";
}

// Unlike the others, the unreadable image runs nothing and is in no figure.
TEST(Replay, CountsWhatEvalWouldCount) {
  const StoreFolder folder;
  const StoreCase c(kImages, kMembers, kClasses, 3);
  c.write(folder / "s");
  const Store store = Store::open(folder / "s");
  const OperatingPoint point = plain_point(kMembers, 0.4);
  const Trace trace = Trace::of(store, point, PrefixDetail::decision, 1);
  const auto r = replay(store, trace, point.thresholds, ReplaySignal::margin, {}, 1);
  EXPECT_EQ(r.evaluation.images(), static_cast<int64_t>(kImages) - 1);
  EXPECT_EQ(r.rows[5].members, 0);
  EXPECT_EQ(r.rows[5].status, RowStatus::failed);
  double multiply_adds = 0;
  int64_t right = 0;
  for (size_t i = 0; i < kImages; ++i) {
    for (int k = 1; k <= r.rows[i].members; ++k) multiply_adds += k;  // member k - 1 has k
    right += i != 5 && c.header.labels[i] >= 0 && r.rows[i].label == c.header.labels[i];
  }
  EXPECT_EQ(r.multiply_adds, multiply_adds);
  EXPECT_EQ(std::llround(r.evaluation.top1() * static_cast<double>(r.evaluation.labelled())), right);
  EXPECT_EQ(r.latency.count(), 0u);
}

// What the executor ran, with each stage at the price of its batch size.
TEST(Replay, PricesTheBatchesThatTheExecutorRuns) {
  Both both;
  const Store store = both.store();
  const OperatingPoint point = plain_point(kMembers, 0.4);
  const Trace trace = Trace::of(store, point, PrefixDetail::decision, 1);
  for (const int batch : {1, 7, 32}) {
    both.ensemble.make_executor(batch);
    CostTable costs({"m0", "m1", "m2", "m3"});
    for (size_t m = 0; m < kMembers; ++m)
      for (const int64_t size : batch_sizes(batch))
        costs.add(m, size, static_cast<double>(size) + 100 * static_cast<double>(m));
    const int prepared = both.ensemble.executor->prepare(point);
    double sum = 0, most = 0;
    for (size_t first = 0; first < kImages; first += static_cast<size_t>(batch)) {
      const int count = std::min(static_cast<int>(kImages - first), batch);
      for (int i = 0; i < count; ++i)
        as_floats(both.ensemble.executor->input(0, i))[0] = static_cast<float>(first) + static_cast<float>(i);
      const auto& run = both.ensemble.executor->run(prepared, count);
      double ms = 0;
      for (size_t k = 0; k < run.stages.size(); ++k)
        if (run.stages[k].batch > 0)
          ms += static_cast<double>(run.stages[k].batch) + 100 * static_cast<double>(k);
      sum += ms;
      most = std::max(most, ms);
    }
    const auto r = replay(store, trace, point.thresholds, ReplaySignal::margin, costs, batch);
    EXPECT_NEAR(r.network_ms, sum, 1e-6 * sum) << "batch " << batch;
    EXPECT_EQ(r.latency.count(), kImages);
    EXPECT_NEAR(r.latency.percentile_ms(100), most, 1e-9 * most) << "batch " << batch;
  }
}

TEST(Replay, CostsOfAnotherEnsembleAreRefused) {
  Both both;
  const Store store = both.store();
  const OperatingPoint point = plain_point(kMembers, 0.4);
  const Trace trace = Trace::of(store, point, PrefixDetail::decision, 1);
  const auto other = CostTable::per_image({"a", "b"}, {1, 2});
  EXPECT_NE(error_of([&] {
              replay(store, trace, point.thresholds, ReplaySignal::margin, other, 1);
            }).find("no member is called 'm0'"),
            std::string::npos);
}

}  // namespace
}  // namespace fxe::test
