// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/device.h"
#include "kernels/tail/rules.h"

// What happens after each member, in one kernel: running mean in place, softmax, top-2 margin, decision, and
// compaction of the survivors. The rules are in tail_rules.h.
namespace fxe {

// What the host reads of one image. Written after each member until the image has stopped, and never again
// after that.
struct RowResult {
  int32_t label;    // -1: no member has scored it
  float p1, p2;     // P of the two best classes
  float margin;     // what was compared with the threshold
  int32_t members;  // members run for this image, including those left out
  RowStatus status;
};

// Operating point of one stage, in device memory, so that it can change without a new graph.
struct TailStage {
  float threshold;          // t_k; not read in the last stage
  float weight;             // w_k > 0
  float temperature;        // T_k > 0
  uint64_t next_member_ns;  // measured time of member k+1 on this batch, for the deadline
};

struct TailDeadline {
  uint64_t start_ns;     // device clock when the batch began (set by its first kernel), minus host time spent
  uint64_t deadline_ns;  // 0: none
};

// State of a batch and where one stage finds it; all pointers are on the device. n is the batch's capacity.
struct TailArguments {
  int32_t classes = 0;
  int32_t stage = 0;  // k - 1
  bool last = false;  // k = N: every remaining row stops
  Combine combine = Combine::logits;
  Signal signal = Signal::margin;

  const float* logits = nullptr;  // [n classes] of this member; row r belongs to image live[r]
  float* mean = nullptr;          // [n classes], by image
  float* weight_sum = nullptr;    // [n] W, by image; 0 before the first member that scored it
  RowResult* results = nullptr;   // [n], by image
  int32_t* live = nullptr;        // [n] the remaining images, ascending <- those that go on, ascending
  int32_t* live_count = nullptr;  // [1] <- 0 after the last member
  const TailStage* stage_parameters = nullptr;  // [1]
  const TailDeadline* deadline = nullptr;       // [1]; may be nullptr
  // [1 + stages] device clock; may be nullptr. [0]: the batch began; [1 + stage] <- this stage ended.
  uint64_t* times_ns = nullptr;
};

// Runs on the calling thread; `elapsed_ns` since the batch began replaces the device clock. Vectorised;
// allocates nothing.
void run_tail_cpu(const TailArguments&, uint64_t elapsed_ns);

}  // namespace fxe
