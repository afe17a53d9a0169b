// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/replay/trace.h"

namespace fxe {

// The input of figures: labelled, readable images of a store, what the ensembles of its first 1 .. N members
// say about them, and what these ensembles cost.
struct FigureImages {
  const Store* store;  // outlives this
  Trace trace;         // of all members, in the recorded order
  std::vector<size_t> images;
  std::vector<double> cost;  // per image, after 1 .. N members

  size_t sizes() const { return trace.sizes(); }
};

}  // namespace fxe
