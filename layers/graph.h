// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/shape.h"
#include "engine/tensor.h"
#include "layers/op.h"

namespace fxe {

// A value is named by the index of the node that makes it.
using ValueId = int;

struct Node {
  std::string name;  // unique in its graph; the layer's name in the source framework
  Op op;
  std::vector<ValueId> inputs;  // earlier nodes
};

// A network as data: nodes in an order in which they can run; node 0 is its Input, `output` its logits
// [n classes] (or [n classes 1 1]).
struct Graph {
  std::vector<Node> nodes;
  ValueId output = 0;
};

// Shape of every value at batch n. Throws bad_input naming the node whose inputs do not suit it, or whose
// name or inputs break the rules above. Sizes are bounded: a value has less than 2^31 elements.
std::vector<Shape> infer_shapes(const Graph&, int64_t n);

// The shape rule of one operation.
Shape output_shape(const Op&, const std::vector<Shape>& inputs);

// The weights a node reads, with the shapes they must have.
struct WeightUse {
  std::string name;
  Shape shape;
};
std::vector<WeightUse> weights_of(const Op&, const std::vector<Shape>& inputs);

// Multiply-adds of one operation for its whole batch: convolutions and fully connected layers only, as
// networks are compared in papers.
int64_t multiply_adds(const Op&, const std::vector<Shape>& inputs);

// A graph with its weights, checked against each other. Weights may be of any floating type; they are
// converted when plans are made.
struct Model {
  Graph graph;
  TensorMap weights;

  int64_t classes() const;  // elements of one output row
  Input input() const;      // c h w
};

// Joins a graph with the tensors of a file, which are named as the graph names its weights. Throws bad_input
// naming the tensor and `where`: missing (with the nearest names), misshapen (both shapes), non-finite (index
// of the first), and unused ones. `*.num_batches_tracked`, which PyTorch's BatchNorm writes and inference
// never reads, is dropped. Shapes may differ in trailing dimensions of 1: a fully connected layer's [k c]
// serves a 1x1 convolution, and is [k c 1 1] in the Model.
Model bind_weights(Graph graph, TensorMap tensors, const std::string& where);

}  // namespace fxe
