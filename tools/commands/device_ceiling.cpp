// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/device_ceiling.h"

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

// The least time of one enqueue of the measured layer.
double best_ms(const Plan& plan, Backend& backend, int runs, int enqueues) {
  const auto queue = backend.device().make_queue();
  double best = std::numeric_limits<double>::infinity();
  for (int run = 0; run <= runs; ++run) {  // the first warms up
    const auto start = Clock::now();
    for (int i = 0; i < enqueues; ++i) plan.enqueue_layer(*queue, kMeasured);
    queue->wait();
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count() / enqueues;
    if (run > 0) best = std::min(best, ms);
  }
  return best;
}

// What `amount` gives of the measured layer, per ms, divided by a million: G per s.
template <class Amount>
double giga_per_s(Graph graph, Backend& backend, int64_t batch, int enqueues, Amount amount) {
  TensorMap weights = random_weights(graph, 1);
  const Model model = bind_weights(std::move(graph), std::move(weights), "ceiling");
  const auto plan = compile(model, backend, batch);
  Device& device = backend.device();
  const Buffer arena = device.allocate(plan->arena_bytes());
  const Buffer input = device.allocate(static_cast<size_t>(batch * plan->input_elements()) * sizeof(float));
  const Buffer output = device.allocate(static_cast<size_t>(batch * plan->classes()) * sizeof(float));
  plan->bind(arena.data(), input.data(), output.data());
  const auto queue = device.make_queue();
  plan->enqueue(*queue);  // what the measured layer reads
  queue->wait();
  return amount(plan->layers()[kMeasured]) / best_ms(*plan, backend, 5, enqueues) / 1e6;
}

}  // namespace

DeviceCeiling measure_ceiling(Backend& backend) {
  const bool gpu = backend.name() == "cuda";
  const int enqueues = gpu ? 10 : 1;
  GraphBuilder stream;
  const ValueId large = stream.relu("relu", stream.input(16, 1024, 1024));
  Graph copy = stream.finish(stream.global_average_pool("mean", large));
  GraphBuilder product;
  const ValueId dense = product.conv("conv", product.input(256, 56, 56),
                                     {.k = 256, .filter = {3, 3}, .pad = same(1), .act = Activation::relu()});
  Graph convolution = product.finish(product.global_average_pool("mean", dense));
  return {giga_per_s(std::move(copy), backend, gpu ? 4 : 1, enqueues,
                     [](const Plan::Layer& layer) { return static_cast<double>(layer.bytes); }),
          giga_per_s(std::move(convolution), backend, gpu ? 32 : 1, enqueues, [](const Plan::Layer& layer) {
            return 2.0 * static_cast<double>(layer.multiply_adds);
          })};
}

}  // namespace fxe
