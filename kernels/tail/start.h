// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/device.h"
#include "kernels/tail/batch_switch.h"
#include "kernels/tail/tail.h"

namespace fxe {

// What the host tells the device about a batch, in device memory.
struct BatchStart {
  uint64_t host_ns;      // already spent on it
  uint64_t deadline_ns;  // since it began on the host; 0: none
  int32_t count;         // images in it, at most n
  int32_t first_image;   // its first image among those on the device
};

// The state of a batch before anything has run; all pointers are on the device. n is the batch's capacity.
struct StartArguments {
  int32_t n = 0;
  const BatchStart* batch = nullptr;  // [1]
  TailDeadline* deadline = nullptr;   // [1]
  int32_t* live = nullptr;            // [n] <- 0 .. count - 1
  int32_t* live_count = nullptr;      // [1]
  float* weight_sum = nullptr;        // [n] <- 0
  uint64_t* began_ns = nullptr;       // [1] <- device clock; may be nullptr
  BatchSwitch batch_switch;           // of the first member
};

void run_start_cpu(const StartArguments&);  // deadline: start_ns 0, since run_tail_cpu gets the elapsed time
void launch_start(Queue&, const StartArguments&);

// Sets a SWITCH node from the number of live images, for nodes that the kernel before cannot reach:
// one thread.
void launch_choose_batch(Queue&, const int32_t* live_count, const BatchSwitch&);

}  // namespace fxe
