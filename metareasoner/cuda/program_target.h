// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "engine/cuda/cuda_device.h"

namespace fxe {

// Where the CUDA executor's program goes: into a CUDA graph, or into a recorder where there is no GPU. Bodies
// nest.
class ProgramTarget {
 public:
  virtual ~ProgramTarget() = default;

  virtual CudaQueue& queue() = 0;  // takes the work of the innermost open body
  virtual uint64_t
  make_condition() = 0;  // what a tail sets and begin_body() reads; 0 at the start of each launch
  virtual void begin_body(uint64_t condition) = 0;  // what follows runs only if the condition was set to 1
  virtual void end_body() = 0;

  virtual void finish() = 0;  // no more work; once, before the first launch
  virtual void launch() = 0;
  virtual void wait() = 0;
};

// One CUDA graph with nested IF nodes. Streams are made for `depth` open bodies at most.
std::unique_ptr<ProgramTarget> make_graph_target(int depth);

// Writes the program to `recorder` as it is given; launch() adds nothing.
std::unique_ptr<ProgramTarget> make_recording_target(Recorder& recorder);

}  // namespace fxe
