// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"

namespace fxe {

// The same function with fewer nodes, what every backend compiles:
//  * BatchNorm and Scale folded into the convolution, Linear, LayerNorm or Scale that alone feeds them, in
//  double precision, rounded once to fp32; a BatchNorm for which there is none becomes a Scale;
//  * an activation fused into the convolution, Linear, Scale or Add before it;
//  * an Add of which one side is a convolution that nobody else reads becomes that convolution's residual;
//  * a ZeroPad becomes the padding of the convolutions that read it;
//  * nodes that change nothing or that nobody reads dropped; a Flatten of [n c 1 1] in front of a Linear
//  dropped.
// Names of the remaining nodes stay (a fused pair keeps the first one's). Folded weights are named
// "<weight>~bn".
Model optimize(const Model&);

}  // namespace fxe
