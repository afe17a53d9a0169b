// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "layers/op.h"
#include "weights_converter/caffe/net.h"

namespace fxe {

// The size of the net's image: `asked`, or what the file says in the net's own fields or its data layers (a
// crop, of 3 channels). Throws bad_input if neither says.
Input caffe_input(const caffe::Net&, const CaffeNet&, const std::optional<Input>& asked);

}  // namespace fxe
