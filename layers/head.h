// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/tensor.h"
#include "kernels/tail/tail_cuda.h"

namespace fxe {

struct Graph;
struct Value;

// The last layers of a network and the tail of its stage in one kernel.
class Head {
 public:
  virtual ~Head() = default;
  // Called once: x is the kernel's input, logits [n classes] are plain. The caller owns both, as in Binding.
  virtual void bind(const void* x, float* logits) = 0;
  virtual void enqueue(Queue&, const TailCall&) const = 0;  // allocates nothing, does not wait
  virtual std::string implementation() const = 0;           // "linear_tail"
};

struct HeadContext {
  const Graph& graph;
  const TensorMap& weights;
  std::span<const Value> values;  // of the graph's nodes, as prepared
};

struct PreparedHead {
  std::unique_ptr<Head> head;  // null: the backend has no kernel for this network's end
  int first = 0;               // replaces this node and all after it
};

}  // namespace fxe
