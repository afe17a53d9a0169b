// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/operators.h"

namespace fxe {

void import_batch_normalization(OnnxImport& import, const OnnxNode& node) {
  if (node.integer("training_mode", 0) != 0)
    throw node.error("is in training mode; export the model in eval mode");
  // Before operator set 14, naming the statistics means training mode; only an empty name does not.
  for (size_t i = 1; i < node.outputs() && node.opset() < 14; ++i)
    if (!node.output(i).empty())
      throw node.error(
          "has outputs for its statistics, which before operator set 14 means training mode; export "
          "the model in eval mode");
  if (node.integer("spatial", 1) != 1) throw node.error("normalises each pixel by itself (spatial = 0)");
  const ValueId x = import.plain(node, 0);
  BatchNorm norm{.epsilon = static_cast<double>(node.number("epsilon", 1e-5f))};
  norm.scale = import.weight(node, 1);
  norm.shift = import.weight(node, 2);
  norm.mean = import.weight(node, 3);
  norm.variance = import.weight(node, 4);
  import.set(node, OnnxFlow{import.add(node, std::move(norm), {x})});
}

void import_layer_normalization(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = import.flow(node, 0);
  const int rank = import.graph.shape(x.id).rank();
  int64_t axis = node.integer("axis", -1);
  if (axis < 0) axis += rank;
  if (x.probabilities || axis != rank - 1 || (rank == 4 && !x.nhwc))
    throw node.error("is not over channels alone; fxe reads it on [n h w c] and [n c]");
  for (size_t i = 1; i < node.inputs(); ++i)
    if (node.has_input(i) && import.constant(node, i).shape.rank() != 1)
      throw node.error("its input {} of shape {} is not one number per channel", i,
                       import.constant(node, i).shape.str());
  LayerNorm norm{.epsilon = static_cast<double>(node.number("epsilon", 1e-5f))};
  norm.scale = import.weight(node, 1);
  if (node.has_input(2)) norm.shift = import.weight(node, 2);
  x.id = import.add(node, std::move(norm), {x.id});
  import.set(node, x);
}

void import_lrn(OnnxImport& import, const OnnxNode& node) {
  const ValueId x = import.plain(node, 0);
  const Lrn lrn{.size = node.integer("size"),
                .alpha = node.number("alpha", 1e-4f),
                .beta = node.number("beta", 0.75f),
                .k = node.number("bias", 1.0f)};
  import.set(node, OnnxFlow{import.add(node, lrn, {x})});
}

// A softmax at the end is left out: fxe averages logits, and those are its input. LogSoftmax shifts all
// logits of a row alike, which changes no softmax, margin or order of classes.
void import_softmax(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = import.flow(node, 0);
  const Shape& shape = import.graph.shape(x.id);
  // Before operator set 13, everything from the axis on is one row.
  int64_t axis = node.integer("axis", node.opset() < 13 ? 1 : -1);
  if (axis < 0) axis += shape.rank();
  const int64_t channels = x.nhwc && shape.rank() == 4 ? 3 : 1;
  const bool one_pixel = shape.rank() == 2 || (shape[2] == 1 && shape[3] == 1);
  if (!one_pixel || x.pad.any() || x.probabilities || (axis != channels && !(node.opset() < 13 && axis == 1)))
    throw node.error("is not over the classes of [n classes]; fxe has Softmax at the end of a network only");
  x.probabilities = true;
  import.set(node, x);
}

}  // namespace fxe
