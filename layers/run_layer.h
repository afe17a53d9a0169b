// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/backend.h"

namespace fxe {

struct LayerRun {
  std::vector<float> output;  // plain, of output_shape()
  std::string implementation;
};

struct RunLayerOptions {
  // Passes inputs through a 1x1 identity convolution first, which is exact for finite values (in tf32:
  // those that TF32 holds): the layer then sees the layout that the backend's own convolutions produce.
  // Rank 4 only.
  bool after_convolution = false;
  bool inputs_die = false;  // the layer may overwrite them
};

// fp32 values as a backend of this precision stores them: fp16 and bf16 round to nearest even.
std::vector<float> as_stored(std::vector<float> values, Precision);

// Runs one operation on a backend: plain fp32 inputs in host memory, as many as the operation takes, each [n
// c] or [n c h w]. For tests and layer-by-layer comparison: it prepares, allocates and waits on every call.
LayerRun run_layer(Backend& backend, const std::string& layer, const Op& op, const std::vector<Shape>& shapes,
                   const std::vector<std::vector<float>>& inputs, const TensorMap& weights,
                   const RunLayerOptions& = {});

}  // namespace fxe
