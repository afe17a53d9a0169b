// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fxe {

namespace onnx {
class Graph;
class Node;
}  // namespace onnx

// The nodes that the value `output` needs, each after those whose outputs it reads, else in the model's
// order. Throws bad_input where nodes read each other's outputs in a circle, and where a value is made twice.
std::vector<const onnx::Node*> needed_onnx_nodes(const onnx::Graph&, const std::string& output);

}  // namespace fxe
