// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "layers/plan.h"

namespace fxe::perf {

// The primitives of oneDNN that a plan of the CPU backend cannot do without (convolutions with their fused
// sums and activations, poolings, fully connected layers), each in the formats it likes best, executed one
// after the other through the C interface: no reorder, no loop of fxe, nothing between them. What they
// compute is of no use.
//
// Values lie where the plan puts them in an arena of the same size, so that caches serve both alike.
class BareOnednn {
 public:
  BareOnednn(const Model& optimized, const Plan& plan, int threads);
  ~BareOnednn();
  void run() const;
  size_t primitives() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fxe::perf
