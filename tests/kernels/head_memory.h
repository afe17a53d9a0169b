// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kernels/tail/tail_cuda.h"

namespace fxe::test {

// One stage with every image live that stops none, for tests of the logits.
struct HeadMemory {
  HeadMemory(int32_t rows, int32_t count)
      : classes(count),
        logits(static_cast<size_t>(rows * count)),
        mean(logits.size()),
        weight_sum(static_cast<size_t>(rows)),
        results(static_cast<size_t>(rows)),
        live_count(rows),
        arrivals(tail_arrivals(rows)) {
    for (int32_t r = 0; r < rows; ++r) live.push_back(r);
  }
  TailCall call() {
    TailArguments a;
    a.classes = classes;
    a.logits = logits.data();
    a.mean = mean.data();
    a.weight_sum = weight_sum.data();
    a.results = results.data();
    a.live = live.data();
    a.live_count = &live_count;
    a.stage_parameters = &stage;
    return {a, arrivals.data(), {}};
  }

  int32_t classes;
  std::vector<float> logits, mean, weight_sum;
  std::vector<RowResult> results;
  std::vector<int32_t> live;
  int32_t live_count;
  std::vector<uint32_t> arrivals;
  TailStage stage{.threshold = 1, .weight = 1, .temperature = 1, .next_member_ns = 0};
};

}  // namespace fxe::test
