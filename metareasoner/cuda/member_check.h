// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "metareasoner/cuda/cuda_batch.h"

namespace fxe {

// Before a member becomes part of a graph: it runs once by itself at each batch size, layer by layer, so that
// whatever loads or breaks on first use does so where its layer can be named; then it is captured once, and
// what it adds to a graph is looked at.
class MemberCheck {
 public:
  MemberCheck(Device& device, CudaBatch& batch) : device_(device), batch_(batch) {}

  // Every member of the program that was not checked before. Not while a batch is under way. Throws run_time
  // naming the member, the batch size and the layer.
  void check(const Program&, std::span<const TailStage> operands);

 private:
  Device& device_;
  CudaBatch& batch_;
  std::set<int> checked_;
};

}  // namespace fxe
