// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "metareasoner/cuda/cuda_batch.h"

namespace fxe {

// Checks a member before it becomes part of a graph: runs it once by itself at each batch size, layer by
// layer, so that whatever loads or breaks on first use does so where its layer can be named; then captures it
// once and checks what it adds to a graph.
class MemberCheck {
 public:
  MemberCheck(Device& device, CudaBatch& batch) : device_(device), batch_(batch) {}

  // Checks every member of the program that was not checked before. Not while a batch is running. Throws
  // run_time naming the member, the batch size and the layer.
  void check(const Program&, std::span<const TailStage> operands);

 private:
  Device& device_;
  CudaBatch& batch_;
  std::set<int> checked_;
};

}  // namespace fxe
