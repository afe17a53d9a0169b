// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "layers/graph.h"

namespace fxe {

// The model with only these outputs, in this order: the rows of its last fully connected layer or
// convolution. Every output that stays is what it was, to the bit in exact arithmetic; a softmax at the end
// is then over these classes only. Throws bad_input naming `where` if a class is not the model's, or
// something else than activations, pooling and softmax follows that layer.
Model select_classes(Model model, std::span<const int> classes, const std::string& where);

}  // namespace fxe
