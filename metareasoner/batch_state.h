// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/tail/tail.h"
#include "metareasoner/program.h"

namespace fxe {

// What a batch of up to `capacity` images keeps on its device while a program of up to `max_stages` runs.
// live() lists the images still running, ascending, live_count() of them: 0 once all is done.
class BatchState {
 public:
  BatchState(Device&, int max_stages, int32_t capacity, int32_t classes);

  TailArguments tail_arguments(const Program&, int stage) const;

  int32_t capacity() const { return capacity_; }
  float* logits() const { return logits_.as<float>(); }
  float* weight_sum() const { return weight_sum_.as<float>(); }
  float* mean() const { return mean_.as<float>(); }
  // [capacity] results, then [1 + max_stages] times in the same memory.
  RowResult* results() const { return results_.as<RowResult>(); }
  uint64_t* times_ns() const { return reinterpret_cast<uint64_t*>(results() + capacity_); }
  size_t mean_bytes() const { return mean_.bytes(); }
  size_t results_bytes() const { return results_.bytes(); }
  int32_t* live() const { return live_.as<int32_t>(); }
  int32_t* live_count() const { return live_count_.as<int32_t>(); }
  TailStage* stages() const { return stages_.as<TailStage>(); }
  TailDeadline* deadline() const { return deadline_.as<TailDeadline>(); }

 private:
  int32_t capacity_, classes_;
  Buffer logits_, mean_, weight_sum_, results_, live_, live_count_, stages_, deadline_;
};

// The operands of one stage, as the tail reads them.
TailStage stage_operands(const OperatingPoint&, int stage);

}  // namespace fxe
