// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/batch_state.h"

namespace fxe {

static_assert(sizeof(RowResult) % sizeof(uint64_t) == 0, "times follow the results");

BatchState::BatchState(Device& device, int max_stages, int32_t capacity, int32_t classes)
    : capacity_(capacity), classes_(classes) {
  const auto n = static_cast<size_t>(capacity), c = static_cast<size_t>(classes);
  const auto stages = static_cast<size_t>(max_stages);
  logits_ = device.allocate(n * c * sizeof(float));
  mean_ = device.allocate(n * c * sizeof(float));
  weight_sum_ = device.allocate(n * sizeof(float));
  results_ = device.allocate(n * sizeof(RowResult) + (1 + stages) * sizeof(uint64_t));
  live_ = device.allocate(n * sizeof(int32_t));
  live_count_ = device.allocate(sizeof(int32_t));
  stages_ = device.allocate(stages * sizeof(TailStage));
  deadline_ = device.allocate(sizeof(TailDeadline));
}

TailArguments BatchState::tail_arguments(const Program& program, int stage) const {
  TailArguments a;
  a.classes = classes_;
  a.stage = stage;
  a.last = stage + 1 == program.stages();
  a.combine = program.combine;
  a.signal = program.signal;
  a.logits = logits();
  a.mean = mean();
  a.weight_sum = weight_sum();
  a.results = results();
  a.live = live();
  a.live_count = live_count();
  a.stage_parameters = stages() + stage;
  a.deadline = deadline();
  a.times_ns = times_ns();
  return a;
}

TailStage stage_operands(const OperatingPoint& point, int stage) {
  const auto s = static_cast<size_t>(stage);
  TailStage t{};
  t.threshold = s < point.thresholds.size() ? static_cast<float>(point.thresholds[s]) : 1.0f;
  t.weight = static_cast<float>(point.weights[s]);
  t.temperature = static_cast<float>(point.temperatures[s]);
  return t;
}

}  // namespace fxe
