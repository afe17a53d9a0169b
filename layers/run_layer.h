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
  // Inputs come out of a 1x1 convolution with the identity, which is exact for finite values (in tf32: those
  // that TF32 holds): the layer then sees its inputs in the layout the backend's own convolutions leave
  // behind. Rank 4 only.
  bool after_convolution = false;
  bool inputs_die = false;  // the layer may overwrite them
};

// What a backend of this precision keeps of fp32 values: fp16 and bf16 round them to nearest even.
std::vector<float> as_stored(std::vector<float> values, Precision);

// One operation alone on a backend: plain fp32 inputs in host memory, as many as the operation takes, each [n
// c] or [n c h w]. For tests and layer-by-layer comparison; prepares, allocates and waits on every call.
LayerRun run_layer(Backend& backend, const std::string& layer, const Op& op, const std::vector<Shape>& shapes,
                   const std::vector<std::vector<float>>& inputs, const TensorMap& weights,
                   const RunLayerOptions& = {});

}  // namespace fxe
