// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "layers/backend.h"
#include "layers/graph.h"

namespace fxe {

// Which nodes read each value of a graph; this decides what memory it needs.
class GraphReads {
 public:
  struct Part {
    int concat;  // node
    ConcatPart of;
  };

  // shapes: from infer_shapes(). Both arguments must outlive it.
  GraphReads(const Graph&, const std::vector<Shape>& shapes);

  // The last node that reads a value; nodes.size() for the output, which is read after all nodes.
  int last(ValueId id) const { return last_[static_cast<size_t>(id)]; }
  // The Concat that a value is part of: only for images that one Concat alone reads, and once.
  const std::optional<Part>& part(ValueId id) const { return parts_[static_cast<size_t>(id)]; }
  // How many nodes from `node` on form a chain: each reads the one before as its first input, and is its
  // only reader.
  int following(int node) const;

 private:
  void find_parts(const std::vector<Shape>&);
  bool read_once(ValueId id) const { return counts_[static_cast<size_t>(id)] == 1 && id != graph_.output; }

  const Graph& graph_;
  std::vector<int> last_, counts_;
  std::vector<std::optional<Part>> parts_;
};

}  // namespace fxe
