// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/shape.h"
#include "engine/tensor.h"
#include "layers/op.h"

namespace fxe {

// Names a value by the index of the node that makes it.
using ValueId = int;

struct Node {
  std::string name;  // unique in its graph; the layer's name in the source framework
  Op op;
  std::vector<ValueId> inputs;  // earlier nodes
};

// A network as data: nodes in executable order; node 0 is its Input, `output` its logits [n classes] (or [n
// classes 1 1]).
struct Graph {
  std::vector<Node> nodes;
  ValueId output = 0;
};

// Shape of every value at batch n. Throws bad_input naming the node whose inputs do not fit it, or whose name
// or inputs break the rules above. Sizes are bounded: a value has less than 2^31 elements.
std::vector<Shape> infer_shapes(const Graph&, int64_t n);

// The shapes of a node's inputs, out of those of all values.
std::vector<Shape> input_shapes(const Node&, const std::vector<Shape>& shapes);

// The shape rule of one operation.
Shape output_shape(const Op&, const std::vector<Shape>& inputs);

// The weights a node reads, with the shapes they must have.
struct WeightUse {
  std::string name;
  Shape shape;
};
std::vector<WeightUse> weights_of(const Op&, const std::vector<Shape>& inputs);

// Multiply-adds of one operation for its whole batch. As in papers, only convolutions and fully connected
// layers count.
int64_t multiply_adds(const Op&, const std::vector<Shape>& inputs);

// A graph and its weights, checked against each other. Weights may have any floating type; plans
// convert them.
struct Model {
  Graph graph;
  TensorMap weights;

  int64_t classes() const;  // elements of one output row
  Input input() const;      // c h w
};

// Joins a graph with a file's tensors, which have the names that the graph gives its weights. Throws
// bad_input, naming the tensor and `where`, for missing tensors (with the nearest names), wrong shapes (both
// shapes), non-finite values (index of the first), and unused tensors. Drops `*.num_batches_tracked`, which
// PyTorch's BatchNorm writes and inference never reads. Shapes may differ in trailing dimensions of 1: a
// fully connected layer's [k c] serves a 1x1 convolution, and becomes [k c 1 1] in the Model.
Model bind_weights(Graph graph, TensorMap tensors, const std::string& where);

}  // namespace fxe
