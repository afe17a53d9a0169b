// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"

namespace fxe {

// The same function with fewer nodes, what every backend compiles:
//  * BatchNorm folded into the convolution (or Linear) that alone feeds it, in double precision, rounded once
//  to fp32;
//  * an activation fused into the convolution, Linear or Add before it;
//  * an Add of which one side is a convolution that nobody else reads becomes that convolution's residual;
//  * nodes nobody reads dropped; a Flatten of [n c 1 1] in front of a Linear dropped.
// Names of the remaining nodes stay (a fused pair keeps the convolution's). Folded weights are named
// "<weight>~bn".
Model optimize(const Model&);

}  // namespace fxe
