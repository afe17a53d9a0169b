// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fxe {

class Plan;
class Queue;

// Told of every kernel that a plan enqueues, before and right after; on the host it has then run. Names are
// in Plan::layers()[layer].kernels[kernel].
class PlanObserver {
 public:
  virtual ~PlanObserver() = default;
  virtual void begin(Queue&, const Plan&, size_t layer, size_t kernel) = 0;
  virtual void end(Queue&, const Plan&, size_t layer, size_t kernel) = 0;
};

}  // namespace fxe
