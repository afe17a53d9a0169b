// SPDX-License-Identifier: Apache-2.0
// Policies over a store of recorded logits that fits in the page cache; replay_speed measures
// ImageNet's size.
#include <benchmark/benchmark.h>
#include <stdlib.h>  // mkdtemp

#include <filesystem>
#include <optional>
#include <stdexcept>

#include "metareasoner/replay/replay_report.h"
#include "perf/synthetic_store.h"

namespace fxe::perf {
namespace {

constexpr size_t kImages = 2000, kMembers = 8, kClasses = 100;

// In a folder of its own, which goes with the process.
class Recorded {
 public:
  Recorded() {
    std::string name = (std::filesystem::temp_directory_path() / "fxe_micro_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("micro: cannot make a folder like " + name);
    folder_ = name;
    make_synthetic_store(path(), kImages, kMembers, kClasses);
    store.emplace(Store::open(path()));
    order = recorded_order(store->header());
  }
  ~Recorded() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  std::filesystem::path path() const { return folder_ / "synthetic"; }

  std::optional<Store> store;
  OperatingPoint order;

 private:
  std::filesystem::path folder_;
};

const Recorded& recorded() {
  static const Recorded made;
  return made;
}

void count_images(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kImages));
}

void open_store(benchmark::State& state) {
  const auto path = recorded().path();
  for (auto _ : state) benchmark::DoNotOptimize(Store::open(path));
  count_images(state);
}
BENCHMARK(open_store)->Unit(benchmark::kMicrosecond);

// Every prefix of the members on every image: what is read once for any number of policies.
void trace(benchmark::State& state, PrefixDetail detail) {
  const Recorded& r = recorded();
  for (auto _ : state) benchmark::DoNotOptimize(Trace::of(*r.store, r.order, detail, 1));
  count_images(state);
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(kImages * kMembers * kClasses * sizeof(float)));
}
BENCHMARK_CAPTURE(trace, decision, PrefixDetail::decision)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(trace, entropy_and_votes, PrefixDetail::all)->Unit(benchmark::kMicrosecond);

// One policy: where each image stops, its accuracy and its latency in batches of state.range(0).
void replay_policy(benchmark::State& state) {
  const Recorded& r = recorded();
  const auto trace = Trace::of(*r.store, r.order, PrefixDetail::decision, 1);
  std::vector<std::string> names;
  for (const auto& m : r.store->header().members) names.push_back(m.name);
  const auto costs = CostTable::per_image(names, std::vector<double>(kMembers, 1.0));
  const std::vector<double> thresholds(kMembers - 1, 0.8);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        replay(*r.store, trace, thresholds, ReplaySignal::margin, costs, static_cast<int>(state.range(0))));
  count_images(state);
}
BENCHMARK(replay_policy)->Arg(1)->Arg(64)->ArgName("batch")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fxe::perf
