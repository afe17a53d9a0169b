// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/cuda/cuda_device.h"

namespace fxe {

// The graph that a condition belongs to. CUDA's documentation permits an ancestor of the node's graph, so
// that a member can set the SWITCH in a body that does not exist yet; every public program found uses the
// graph that holds the node, and a driver might insist on it.
enum class ConditionOwner {
  whole_program,
  innermost_body,  // open at make_condition(): the node must be placed there
};

// The destination of a program that the device runs by itself: a CUDA graph, or a recorder if there is no
// GPU. Bodies nest.
class ProgramTarget {
 public:
  virtual ~ProgramTarget() = default;

  virtual CudaQueue& queue() = 0;  // takes the work of the innermost open body

  // A value that a kernel sets and a conditional node reads; it is `initial` at the start of each launch.
  // Each is for one node, created where ConditionOwner says.
  virtual uint64_t make_condition(unsigned initial) = 0;
  virtual void begin_if(uint64_t condition) = 0;  // what follows runs only if the condition was set to 1
  virtual void end_if() = 0;
  // Body i runs if the condition was set to i, and none if it is `bodies` or more. `write(i)` sends body i
  // to queue().
  virtual void add_switch(uint64_t condition, unsigned bodies,
                          const std::function<void(unsigned)>& write) = 0;

  virtual void finish() = 0;  // no more work; called once, before the first launch
  virtual void launch(CudaQueue&) = 0;
};

// One CUDA graph with nested IF and SWITCH nodes. Has streams for at most `depth` open bodies.
std::unique_ptr<ProgramTarget> make_graph_target(int depth, ConditionOwner);

// Records the program as it is given; launch() adds nothing.
std::unique_ptr<ProgramTarget> make_recording_target(Recorder& recorder);

}  // namespace fxe
