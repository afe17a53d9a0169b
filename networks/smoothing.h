// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

// Halves an image as timm's anti-aliasing layers do; unchanged with Smoothing::none.
ValueId smooth(GraphBuilder& g, const std::string& name, ValueId x, Smoothing);

}  // namespace fxe
