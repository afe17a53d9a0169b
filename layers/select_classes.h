// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "layers/graph.h"

namespace fxe {

// The model with only these outputs, in this order: the rows of its last fully connected layer or
// convolution. The remaining outputs keep their values, to the bit in exact arithmetic; a final softmax is
// then over these classes only. Throws bad_input naming `where` if the model lacks a class, or if that layer
// is followed by anything but activations, pooling and softmax.
Model select_classes(Model model, std::span<const int> classes, const std::string& where);

}  // namespace fxe
