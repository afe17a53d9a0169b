// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fxe {

namespace onnx {
class Graph;
class Node;
}  // namespace onnx

// The nodes that the value `output` needs, each after those whose outputs it reads, otherwise in the model's
// order. Throws bad_input if nodes read each other's outputs in a circle, or if a value is made twice.
std::vector<const onnx::Node*> needed_onnx_nodes(const onnx::Graph&, const std::string& output);

}  // namespace fxe
