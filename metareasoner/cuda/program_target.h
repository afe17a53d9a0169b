// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/cuda/cuda_device.h"

namespace fxe {

// The graph that a condition belongs to. CUDA's text allows an ancestor of the node's graph, so that a member
// can set the SWITCH in a body that does not exist yet; every public program that was found uses the graph
// that holds the node, and a driver might insist.
enum class ConditionOwner {
  whole_program,
  innermost_body,  // open at make_condition(): the node must be put there
};

// Where a program that the device runs by itself goes: into a CUDA graph, or into a recorder where there is
// no GPU. Bodies nest.
class ProgramTarget {
 public:
  virtual ~ProgramTarget() = default;

  virtual CudaQueue& queue() = 0;  // takes the work of the innermost open body

  // A value that a kernel sets and a conditional node reads; `initial` at the start of each launch. Each is
  // for one node, made where ConditionOwner says.
  virtual uint64_t make_condition(unsigned initial) = 0;
  virtual void begin_if(uint64_t condition) = 0;  // what follows runs only if the condition was set to 1
  virtual void end_if() = 0;
  // Body i runs if the condition was set to i, and none if it is `bodies` or more. `write(i)` gives body i to
  // queue().
  virtual void add_switch(uint64_t condition, unsigned bodies,
                          const std::function<void(unsigned)>& write) = 0;

  virtual void finish() = 0;  // no more work; once, before the first launch
  virtual void launch(CudaQueue&) = 0;
};

// One CUDA graph with nested IF and SWITCH nodes. Streams are made for `depth` open bodies at most.
std::unique_ptr<ProgramTarget> make_graph_target(int depth, ConditionOwner);

// Writes the program to `recorder` as it is given; launch() adds nothing.
std::unique_ptr<ProgramTarget> make_recording_target(Recorder& recorder);

}  // namespace fxe
