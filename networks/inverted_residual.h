// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

// The building block of the mobile networks (Sandler et al. 2018; with the gate, Howard et al. 2019, Tan and
// Le 2019): a 1x1 convolution to `wide` channels (left out if that changes nothing), a depthwise one, a gate
// per channel, a 1x1 convolution to k; the input is added if shapes permit. BatchNorm after each convolution,
// the activation after all but the last.
struct InvertedResidual {
  int64_t kernel, wide, k, stride;
  int64_t squeezed = 0;  // channels inside the gate; 0: none
  Activation act;
  Activation squeezed_act, gate_act;
  double epsilon = 1e-5;      // of BatchNorm
  bool same_padding = false;  // TensorFlow's; otherwise kernel / 2 on each side
  Smoothing smoothing = Smoothing::none;
};

// Names are torchvision's (NAME.block.0.0, ...; v2: NAME.conv.0.0, ...) or timm's (NAME.conv_pw,
// NAME.se.conv_reduce, ...).
enum class InvertedResidualNames { torchvision, torchvision_v2, timm };

ValueId inverted_residual(GraphBuilder& g, const std::string& name, InvertedResidualNames, ValueId x,
                          const InvertedResidual&);

// TensorFlow's SAME: as many outputs as the stride leaves of x, with the odd row and column of zeros below
// and on the right.
Padding2 same_padding(const Shape& x, int64_t kernel, int64_t stride);

// Convolution, BatchNorm and activation, named conv, norm and conv.act.
ValueId conv_norm_act(GraphBuilder& g, const std::string& conv, const std::string& norm, ValueId x, Conv2d op,
                      Activation act, double epsilon = 1e-5);

}  // namespace fxe
