// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "layers/graph.h"

namespace fxe {

// A graph as JSON, schema "fxe.graph/1": {"schema", "output", "nodes": [{"name", "op", "inputs", and every
// field of the operation}]}. Writing and reading back gives an equal graph.
std::string graph_to_json(const Graph&);

// Throws bad_input naming the node and field that is missing, unknown, of the wrong type or out of range.
// What the graph means is checked where it is used (infer_shapes, bind_weights).
Graph graph_from_json(std::string_view text);

}  // namespace fxe
