// SPDX-License-Identifier: Apache-2.0
// How much longer fxe's CPU plan takes than the oneDNN primitives it is made of, measured in turns in
// one process:
//
//   onednn_floor [THREADS=2] [PAIRS=21] [NETWORK=resnet50] [BATCH=1]
//
// On a busy machine set GOMP_SPINCOUNT=1000: otherwise OpenMP's threads spin away the time slices of those
// they wait for.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "layers/optimize.h"
#include "networks/registry.h"
#include "perf/bare_onednn.h"
#include "perf/made_up.h"

namespace fxe::perf {
namespace {

double milliseconds(const std::function<void()>& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

void measure(const std::string& network, int threads, int pairs, int64_t batch) {
  const Model model = optimize(with_some_weights(build_network(network)));
  const auto backend = make_cpu_backend(threads);
  const auto plan = compile(model, *backend, batch);
  const auto queue = backend->device().make_queue();
  const Buffer arena = backend->device().allocate(plan->arena_bytes());
  const auto input = some_values(static_cast<size_t>(batch * plan->input_elements()), 1);
  std::vector<float> output(static_cast<size_t>(batch * plan->classes()));
  plan->bind(arena.data(), input.data(), output.data());
  const auto steps = compile(model, *backend, batch, {.chains = false});  // every value of which has a place
  const BareOnednn bare(model, *steps, threads);

  const auto run_plan = [&] { plan->enqueue(*queue); };
  const auto run_bare = [&] { bare.run(); };
  for (int i = 0; i < 3; ++i) run_plan(), run_bare();
  std::vector<double> fxe_ms, bare_ms, ratios;
  for (int i = 0; i < pairs; ++i) {
    // The order changes from pair to pair: neither always follows the other.
    if (i % 2) bare_ms.push_back(milliseconds(run_bare));
    fxe_ms.push_back(milliseconds(run_plan));
    if (i % 2 == 0) bare_ms.push_back(milliseconds(run_bare));
    ratios.push_back(fxe_ms.back() / bare_ms.back());
  }
  fmt::print("{}, batch {}, fp32, {} threads, {} pairs; {} steps of fxe, {} primitives of oneDNN\n", network,
             batch, threads, pairs, plan->layers().size(), bare.primitives());
  fmt::print("fxe    median {:8.2f} ms  least {:8.2f} ms\n", quantile(fxe_ms, 0.5), quantile(fxe_ms, 0));
  fmt::print("oneDNN median {:8.2f} ms  least {:8.2f} ms\n", quantile(bare_ms, 0.5), quantile(bare_ms, 0));
  fmt::print("ratio  median {:.3f} (quartiles {:.3f} to {:.3f}), of the least times {:.3f}\n",
             quantile(ratios, 0.5), quantile(ratios, 0.25), quantile(ratios, 0.75),
             quantile(fxe_ms, 0) / quantile(bare_ms, 0));
}

}  // namespace
}  // namespace fxe::perf

int main(int argc, char** argv) try {
  const auto argument = [&](int i, const char* otherwise) {
    return std::string(argc > i ? argv[i] : otherwise);
  };
  fxe::perf::measure(argument(3, "resnet50"), std::stoi(argument(1, "2")),
                     std::max(std::stoi(argument(2, "21")), 1), std::stoll(argument(4, "1")));
} catch (const std::exception& error) {
  fmt::print(stderr, "onednn_floor: {}\n", error.what());
  return 1;
}
