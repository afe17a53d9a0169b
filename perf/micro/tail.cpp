// SPDX-License-Identifier: Apache-2.0
// The tail and the start of a batch: CPU twins of the kernels that run around every member.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "kernels/tail/start.h"
#include "metareasoner/batch_state.h"
#include "perf/made_up.h"

namespace fxe::perf {
namespace {

// The second stage of two more, in which every image goes on: the longest way through the tail.
void tail(benchmark::State& state, Combine combine) {
  const auto batch = static_cast<int32_t>(state.range(0)), classes = static_cast<int32_t>(state.range(1));
  const auto values = static_cast<size_t>(batch) * static_cast<size_t>(classes);
  const auto device = make_host_device();
  const OperatingPoint point{{0, 1, 2}, combine, Signal::margin, {1, 1, 1}, {1, 1, 1}, {1, 1}};
  const Program program = make_program(point);
  const BatchState memory(*device, program.stages(), batch, classes);
  const BatchStart start{.host_ns = 0, .deadline_ns = 0, .count = batch, .first_image = 0};
  run_start_cpu({.n = batch,
                 .batch = &start,
                 .deadline = memory.deadline(),
                 .live = memory.live(),
                 .live_count = memory.live_count(),
                 .weight_sum = memory.weight_sum()});
  std::ranges::copy(some_values(values, 4), memory.logits());
  std::fill_n(memory.mean(), values, combine == Combine::logits ? 0.0f : 1 / static_cast<float>(classes));
  memory.stages()[1] = stage_operands(point, 1);
  const TailArguments arguments = memory.tail_arguments(program, 1);
  for (auto _ : state) {
    std::fill_n(memory.weight_sum(), batch, 1.0f);  // one member has scored each image
    run_tail_cpu(arguments, 0);
    benchmark::ClobberMemory();
  }
  if (*memory.live_count() != batch) state.SkipWithError("an image stopped");
  // Logits and mean are read, the mean is written.
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(3 * values * sizeof(float)));
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK_CAPTURE(tail, logits, Combine::logits)
    ->ArgsProduct({{1, 64}, {10, 1000}})
    ->ArgNames({"batch", "classes"});
BENCHMARK_CAPTURE(tail, probabilities, Combine::probabilities)
    ->ArgsProduct({{1, 64}, {10, 1000}})
    ->ArgNames({"batch", "classes"});

}  // namespace
}  // namespace fxe::perf
