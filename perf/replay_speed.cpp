// SPDX-License-Identifier: Apache-2.0
// How long a store of ImageNet's size takes to answer: 50,000 images x 8 members x 1000 classes by default.
//   replay_speed FOLDER [IMAGES MEMBERS CLASSES THREADS]    makes FOLDER/synthetic once (fp32: 1.6 GB)
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <numeric>
#include <thread>

#include "metareasoner/calibrate/calibration.h"
#include "metareasoner/calibrate/order_search.h"
#include "metareasoner/calibrate/temperature_fit.h"
#include "metareasoner/replay/replay_report.h"
#include "metareasoner/replay/subset_search.h"
#include "perf/synthetic_store.h"

namespace {

// Wall time, and what all threads together took of processors: the machine may be shared.
class Timer {
 public:
  void print(const std::string& what, int repeats = 1) const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start_;
    const double cpu = static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC;
    fmt::print("{:<52}{:>10.4f}{:>10.4f}\n", what, wall.count() / repeats, cpu / repeats);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t cpu_ = std::clock();
};

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, size_t fallback) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : fallback;
  };
  if (argc < 2) return fmt::print("usage: replay_speed FOLDER [IMAGES MEMBERS CLASSES THREADS]\n"), 2;
  const auto path = std::filesystem::path(argv[1]) / "synthetic";
  const size_t images = number(2, 50'000), members = number(3, 8), classes = number(4, 1000);
  const auto threads = static_cast<int>(number(5, std::thread::hardware_concurrency()));
  if (!std::filesystem::exists(path)) fxe::perf::make_synthetic_store(path, images, members, classes);

  fmt::print("{} images x {} members x {} classes, {} threads\n{:<52}{:>10}{:>10}\n", images, members,
             classes, threads, "", "wall s", "cpu s");
  const Timer opening;
  const auto store = fxe::Store::open(path);
  opening.print("open, entries checked");
  const auto order = fxe::recorded_order(store.header());
  for (const char* title : {"trace of an order, first read, checksums", "trace of an order, again"}) {
    const Timer timer;
    const auto trace = fxe::Trace::of(store, order, fxe::PrefixDetail::decision, threads);
    timer.print(title);
  }
  const Timer detailed;
  const auto trace = fxe::Trace::of(store, order, fxe::PrefixDetail::all, threads);
  detailed.print("trace with entropy and votes");

  std::vector<std::string> names;
  for (const auto& m : store.header().members) names.push_back(m.name);
  const auto costs = fxe::CostTable::per_image(names, std::vector<double>(members, 1.0));
  const auto run = [&](std::span<const double> thresholds) {
    return fxe::replay(store, trace, thresholds, fxe::ReplaySignal::margin, costs, 1);
  };
  const auto full = run(order.thresholds);
  const std::vector<double> thresholds(members - 1, 0.8);
  const auto policy = run(thresholds);
  constexpr int kPolicies = 20;
  const Timer policies;
  for (int i = 0; i < kPolicies; ++i) run(thresholds);
  policies.print("one policy: decisions, accuracy, latency", kPolicies);
  const Timer reporting;
  const auto report = fxe::report(store, trace, fxe::ReplaySignal::margin, policy, full);
  reporting.print("report: stages, AUROC, classes");
  const Timer searching;
  const auto subsets = fxe::search_subsets(store, order, std::vector<double>(members, 1.0),
                                           policy.evaluation.mean_members(), threads);
  searching.print(fmt::format("baselines: {} fixed subsets within the cost", subsets.searched));
  fmt::print("t:0.8 top-1 {:.4f} at {:.3f} members, full {:.4f}, best fixed {:.4f}, gap {:.4f}\n",
             policy.evaluation.top1(), policy.evaluation.mean_members(), full.evaluation.top1(),
             subsets.best.top1, report.gap.gap());

  // A calibration, once the trace is there.
  const auto full_right = fxe::full_answers(trace);
  std::vector<size_t> every(images);
  std::iota(every.begin(), every.end(), 0);
  const fxe::CalibrationData data{store,
                                  trace,
                                  fxe::ReplaySignal::margin,
                                  full_right,
                                  fxe::unit_costs(store, order, costs, 1),
                                  static_cast<double>(members),
                                  {},
                                  threads};
  for (const char* objective : {"gap<=0.1pt", "time<=50%", "published", "published,order=joint,alpha=0:1:0.1",
                                "harm<=0.1pt@90%", "gap<=0.1pt@90%", "harm<=0.1pt@90%,path=fitted"}) {
    const Timer timer;
    const auto found = fxe::calibrate(data, fxe::parse_objective(objective), every, every);
    timer.print(fmt::format("calibrate {}", objective));
  }
  if (members <= fxe::kExactPool) {
    const Timer timer;
    const auto n = static_cast<double>(images);
    fxe::search_orders(
        store, order, fxe::ReplaySignal::margin, fxe::LossKind::gap, full_right, every,
        std::vector<double>(members, 1.0),
        [&](size_t used) {
          return fxe::Goal{.cost_weight = 1, .loss_limit = 0.001 * static_cast<double>(used)};
        },
        {}, threads);
    timer.print(fmt::format("every order of every subset, of {:.0f} images at most", std::min(n, 10'000.0)));
  }
  const Timer tempering;
  fxe::fit_temperatures(store, order.members, every, threads);
  tempering.print("a temperature for each member");
}
