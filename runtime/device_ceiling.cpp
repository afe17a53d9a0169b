// SPDX-License-Identifier: Apache-2.0
#include "runtime/device_ceiling.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "layers/graph_builder.h"
#include "layers/plan.h"
#include "networks/random_weights.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMeasured = 1;  // the layer after the input

// A batch grows until it takes this long, which is measured well, and streams more than caches hold. The
// fastest devices take less even for the largest batch, so they enqueue it several times in a row.
constexpr double kLongEnoughMs = 2;
constexpr int kEnqueues = 10;
constexpr double kGrowth = 16;  // at most, per step: a small batch's time is fixed costs, or in a cache
// Runs of a batch: after the budget no more begin, once there is one.
constexpr int kRuns = 10;
constexpr double kBudgetMs = 250;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// The least time of one enqueue of the measured layer.
double best_ms(const Plan& plan, Backend& backend) {
  const auto queue = backend.device().make_queue();
  plan.enqueue(*queue);  // what the measured layer reads; warms up
  queue->wait();
  double best = std::numeric_limits<double>::infinity();
  int enqueues = 1;
  const auto begin = Clock::now();
  for (int run = 0; run < kRuns && (run == 0 || ms_since(begin) < kBudgetMs); ++run) {
    const auto start = Clock::now();
    for (int i = 0; i < enqueues; ++i) plan.enqueue_layer(*queue, kMeasured);
    queue->wait();
    best = std::min(best, ms_since(start) / enqueues);
    enqueues = std::clamp(static_cast<int>(kLongEnoughMs / best), 1, kEnqueues);
  }
  return best;
}

// What `amount` gives of the measured layer, per ms, divided by a million: G per s. The batch grows until it
// takes long enough, or is the largest.
template <class Amount>
double giga_per_s(Graph graph, Backend& backend, int64_t largest_batch, Amount amount) {
  TensorMap weights = random_weights(graph, 1);
  const Model model = bind_weights(std::move(graph), std::move(weights), "ceiling");
  Device& device = backend.device();
  for (int64_t batch = 1;;) {
    const auto plan = compile(model, backend, batch);
    const Buffer arena = device.allocate(plan->arena_bytes());
    const Buffer input = device.allocate(static_cast<size_t>(batch * plan->input_elements()) * sizeof(float));
    const Buffer output = device.allocate(static_cast<size_t>(batch * plan->classes()) * sizeof(float));
    plan->bind(arena.data(), input.data(), output.data());
    const double ms = best_ms(*plan, backend);
    if (ms >= kLongEnoughMs || batch == largest_batch) return amount(plan->layers()[kMeasured]) / ms / 1e6;
    const double growth = std::clamp(kLongEnoughMs / ms, 2.0, kGrowth);
    batch = std::min(largest_batch, static_cast<int64_t>(static_cast<double>(batch) * growth));
  }
}

}  // namespace

DeviceCeiling measure_ceiling(Backend& backend) {
  GraphBuilder stream;
  const ValueId large = stream.relu("relu", stream.input(16, 64, 64));
  Graph copy = stream.finish(stream.global_average_pool("mean", large));
  GraphBuilder product;
  const ValueId dense = product.conv("conv", product.input(256, 28, 28),
                                     {.k = 256, .filter = {3, 3}, .pad = same(1), .act = Activation::relu()});
  Graph convolution = product.finish(product.global_average_pool("mean", dense));
  return {giga_per_s(std::move(copy), backend, 1024,
                     [](const Plan::Layer& layer) { return static_cast<double>(layer.bytes); }),
          giga_per_s(std::move(convolution), backend, 128, [](const Plan::Layer& layer) {
            return 2.0 * static_cast<double>(layer.multiply_adds);
          })};
}

}  // namespace fxe
