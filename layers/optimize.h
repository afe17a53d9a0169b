// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"

namespace fxe {

// The same function with fewer nodes; every backend compiles the result:
//   * BatchNorm and Scale are folded into the convolution, Linear, LayerNorm or Scale that alone feeds them,
//     in double precision, rounded once to fp32; a BatchNorm without one becomes a Scale;
//   * an activation is fused into the convolution, Linear, Scale or Add before it;
//   * an Add with a convolution on one side that nothing else reads becomes that convolution's residual;
//   * a ZeroPad becomes the padding of the convolutions that read it;
//   * nodes that change nothing or that nothing reads are dropped, as is a Flatten of [n c 1 1] before a
//     Linear.
// The remaining nodes keep their names (a fused pair the first one's). Folded weights are named
// "<weight>~bn".
Model optimize(const Model&);

}  // namespace fxe
