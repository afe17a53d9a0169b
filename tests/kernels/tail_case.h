// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "kernels/tail/tail.h"

namespace fxe::test {

// One batch through all stages of an ensemble.
struct TailCase {
  struct Stage {
    TailStage parameters;
    std::vector<float> logits;  // [capacity classes], by image
    uint64_t elapsed_ns = 0;
  };

  std::string name;  // with its seed
  Combine combine = Combine::logits;
  Signal signal = Signal::margin;
  int32_t capacity = 0, classes = 0;
  std::vector<int32_t> live;  // images of the batch, ascending
  uint64_t deadline_ns = 0;
  std::vector<Stage> stages;
};

inline void PrintTo(const TailCase& c, std::ostream* out) { *out << c.name; }

// Random, ties, rows that are not finite, one and two classes, weights, temperatures, deadlines, partly
// filled batches: with both combines and both signals.
std::vector<TailCase> tail_cases();

}  // namespace fxe::test
