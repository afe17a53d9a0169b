// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

#include "engine/shape.h"

// What only some backends can do. A Backend hands out what it can, and nullptr for the rest.
namespace fxe {

class Backend;
struct HeadContext;
struct Node;
struct OpContext;
struct Prepared;
struct PreparedHead;

// One backend per thread, all with one copy of the weights: plans for parts of a batch run at the same time,
// each on a core of its own.
class ThreadBackends {
 public:
  virtual std::span<Backend* const> backends() = 0;
  // Runs f(thread) for each backend's thread at the same time; returns when all are done and rethrows one's
  // exception.
  virtual void run_on_threads(const std::function<void(size_t thread)>&) = 0;

 protected:
  ~ThreadBackends() = default;
};

// Depth-first tiling: a chain of nodes as one step that keeps the values between them out of memory. Each
// node after the first reads the one before as its first input, and is its only reader. shapes[0] is the
// first node's input, shapes[i + 1] the output of nodes[i].
class Chains {
 public:
  // How many of these nodes, from the first on, run faster as one step; 1 if none do.
  virtual size_t chain_length(std::span<const Node>, std::span<const Shape>) const = 0;
  // The step for that many nodes. Inputs of the context: the first node's input, then the last node's second
  // and further inputs.
  virtual Prepared prepare_chain(std::span<const Node>, std::span<const Shape>, const OpContext&) = 0;

 protected:
  ~Chains() = default;
};

// The network's end and the tail in one kernel, on devices that decide when to stop.
class FusedHeads {
 public:
  virtual PreparedHead prepare_head(const HeadContext&) = 0;  // no head if this network's end has no kernel

 protected:
  ~FusedHeads() = default;
};

}  // namespace fxe
