// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/bench_input.h"
#include "runtime/bench_times.h"
#include "runtime/on_progress.h"

namespace fxe {

// When to stop, in trtexec's terms.
struct BenchLimits {
  double warm_up_ms = 200;  // not counted
  int64_t iterations = 10;  // of each row, at least
  double duration_s = 3;    // of all rows together, at least
};

// What is timed: an operating point on full batches.
struct BenchRow {
  enum class Kind { policy, member, stop_after };
  Kind kind = Kind::policy;
  std::string name;
  OperatingPoint point;

  // What bench() found.
  BenchTimes times;
  int64_t members_run = 0;  // summed over images
};

struct BenchCalls {
  std::function<bool()> stop = {};  // asked before every round
  OnProgress progress = {};         // rounds
};

// Runs the rows in turn: all of them on one batch, then all on the next, each time starting with another
// row, so that times can be compared whatever else the machine is doing. Returns the seconds from the first
// counted query to the end of the last.
double bench(Executor&, BenchInput&, int batch, double deadline_ms, const BenchLimits&,
             std::vector<BenchRow>&, const BenchCalls& = {});

}  // namespace fxe
