// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/input/dataset.h"
#include "tools/commands/bench_times.h"
#include "tools/commands/ensemble_loader.h"

namespace fxe {

// The tensors that batches are filled from, in turn: drawn or read once, before anything is timed.
class BenchInput {
 public:
  // Normally distributed values, as normalised images have; pixels are uniform.
  static BenchInput random(const std::vector<ImageInput>&, size_t images, uint64_t seed);
  // The first `images` of the dataset that can be read, or all there are. Throws run_time where none can.
  static BenchInput read(const Dataset&, const std::vector<ImageInput>&, size_t images);

  size_t images() const { return tensors_.size(); }
  // Writes rows 0 .. batch-1 of every input; the next call goes on with the image after.
  void fill(Executor&, int batch);

 private:
  size_t next_ = 0;
  std::vector<std::vector<std::vector<std::byte>>> tensors_;  // [image][input]
};

// When to stop, in trtexec's words.
struct BenchLimits {
  double warm_up_ms = 200;  // not counted
  int64_t iterations = 10;  // of each row, at the least
  double duration_s = 3;    // of all rows together, at the least
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

// Runs the rows in turn, all of them on one batch, then all on the next. Which is first moves on, so that
// times can be compared whatever else the machine is doing. Returns the seconds from the first query that
// counts to the end of the last.
double bench(Executor&, BenchInput&, int batch, double deadline_ms, const BenchLimits&,
             std::vector<BenchRow>&);

}  // namespace fxe
