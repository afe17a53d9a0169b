// SPDX-License-Identifier: Apache-2.0
// One layer of each kind on the CPU backend, in a shape that published networks have, as a plan runs it.
#include <benchmark/benchmark.h>

#include "layers/graph_builder.h"
#include "layers/plan.h"
#include "perf/made_up.h"

namespace fxe::perf {
namespace {

struct LayerCase {
  const char* name;  // and the network it is of, where there is one
  Op op;
  int64_t c, h, w;
  int inputs = 1;  // of the same shape
};

const LayerCase kCases[] = {
    {"conv_7x7_stride_2/resnet", Conv2d{.k = 64, .filter = {7, 7}, .stride = {2, 2}, .pad = same(3)}, 3, 224,
     224},
    {"conv_3x3/resnet", Conv2d{.k = 64, .filter = {3, 3}, .pad = same(1)}, 64, 56, 56},
    {"conv_3x3_deep/resnet", Conv2d{.k = 512, .filter = {3, 3}, .pad = same(1)}, 512, 7, 7},
    {"conv_1x1/resnet", Conv2d{.k = 64}, 256, 56, 56},
    {"conv_3x3_32_groups/resnext", Conv2d{.k = 128, .filter = {3, 3}, .pad = same(1), .groups = 32}, 128, 56,
     56},
    {"conv_3x3_depthwise/mobilenet", Conv2d{.k = 144, .filter = {3, 3}, .pad = same(1), .groups = 144}, 144,
     56, 56},
    {"linear_4096/alexnet", Linear{.k = 4096}, 4096, 1, 1},
    {"linear_1000/resnet", Linear{.k = 1000}, 2048, 1, 1},
    {"max_pool_3x3_stride_2/resnet", Pool2d{.filter = {3, 3}, .stride = {2, 2}, .pad = same(1)}, 64, 112,
     112},
    {"average_pool_2x2/densenet", Pool2d{.kind = Pool2d::Kind::average, .filter = {2, 2}, .stride = {2, 2}},
     128, 56, 56},
    {"global_average_pool/resnet", GlobalAveragePool{}, 2048, 7, 7},
    {"scale/densenet", Scale{.scale = "scale", .shift = "shift", .act = Activation::relu()}, 256, 56, 56},
    {"layer_norm/convnext", LayerNorm{.scale = "scale", .shift = "shift"}, 96, 56, 56},
    {"lrn/alexnet", Lrn{}, 96, 55, 55},
    {"relu", Activate{Activation::relu()}, 256, 56, 56},
    {"add_relu/resnet", Add{Activation::relu()}, 256, 56, 56, 2},
    {"concat/densenet", Concat{}, 128, 56, 56, 2},
    {"channel_shuffle/shufflenet", ChannelShuffle{.groups = 2}, 116, 28, 28},
    {"softmax_1000", Softmax{}, 1000, 1, 1},
};

// The layer reads what 1x1 convolutions wrote, in the format they like best; the head makes a network of it.
Graph around(const LayerCase& layer) {
  GraphBuilder g;
  const ValueId input = g.input(layer.c, layer.h, layer.w);
  std::vector<ValueId> inputs;
  for (int i = 0; i < layer.inputs; ++i)
    inputs.push_back(g.conv("before" + std::to_string(i), input, {.k = layer.c}));
  const bool row = layer.h == 1;
  if (row) inputs = {g.flatten("row", input)};
  Op op = layer.op;
  if (auto* conv = std::get_if<Conv2d>(&op)) conv->weight = "weight", conv->bias = "bias";
  if (auto* linear = std::get_if<Linear>(&op)) linear->weight = "weight", linear->bias = "bias";
  ValueId y = g.node("measured", op, inputs);
  if (!row) y = g.flatten("flatten", g.global_average_pool("pool", y));
  return g.finish(y);
}

void run(benchmark::State& state, const LayerCase& layer) {
  const auto batch = state.range(0);
  const auto backend = make_cpu_backend(1);
  const auto plan = compile(with_some_weights(around(layer)), *backend, batch, {.chains = false});
  const auto queue = backend->device().make_queue();
  const Buffer arena = backend->device().allocate(plan->arena_bytes());
  const auto input = some_values(static_cast<size_t>(batch * plan->input_elements()), 1);
  std::vector<float> output(static_cast<size_t>(batch * plan->classes()));
  plan->bind(arena.data(), input.data(), output.data());
  plan->enqueue(*queue);
  size_t at = 0;
  while (plan->layers()[at].name != "measured") ++at;
  for (auto _ : state) plan->enqueue_layer(*queue, at);
  const Plan::Layer& measured = plan->layers()[at];
  state.SetLabel(measured.implementation);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(measured.bytes));
  if (measured.multiply_adds)
    state.counters["FLOP/s"] = benchmark::Counter(2.0 * static_cast<double>(measured.multiply_adds),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const LayerCase& layer : kCases)
    benchmark::RegisterBenchmark((std::string("layer/") + layer.name).c_str(), run, layer)
        ->Arg(1)
        ->Arg(16)
        ->ArgName("batch")
        ->Unit(benchmark::kMicrosecond);
  return true;
}();

}  // namespace
}  // namespace fxe::perf
