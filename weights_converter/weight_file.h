// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/tensor.h"
#include "layers/graph.h"

namespace fxe {

// The content of a weight file. Tensors lie in the mapped file whenever its format permits.
struct WeightFile {
  TensorMap tensors;
  std::map<std::string, std::string, std::less<>>
      metadata;                    // safetensors' __metadata__, ONNX's metadata_props, a checkpoint's "arch"
  std::string format;              // "safetensors", "PyTorch zip", "PyTorch legacy", "ONNX", "Caffe"
  std::optional<Graph> graph;      // if the file carries one; its weights are then `tensors`
  std::vector<std::string> notes;  // what was chosen or left out, one line each
};

// Choices that a file may leave open.
struct ReadChoices {
  // Input size for a caffemodel that does not state one, or to override it; for an ONNX model whose height or
  // width is open. Other formats ignore it.
  std::optional<Input> input = {};
  // For a PyTorch checkpoint with several sets of weights: the dict to read, such as "state_dict_ema"; empty:
  // the one that state_dict.h prefers. For it and for safetensors also a prefix of tensor names.
  std::string state_dict = {};
  // For an ONNX model: the value to read as logits; empty: the first output that can be read.
  std::string output = {};
};

}  // namespace fxe
