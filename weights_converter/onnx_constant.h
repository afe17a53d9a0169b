// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/onnx_import.h"

namespace fxe {

// The same elements with the axes in another order, as a copy that is charged to the import.
Tensor transpose(OnnxImport&, const Tensor&, const std::vector<int64_t>& order);

}  // namespace fxe
