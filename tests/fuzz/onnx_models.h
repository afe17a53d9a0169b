// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fxe::fuzz {

// Small ONNX models that together have every operator which fxe reads.
std::vector<std::string> onnx_models();

}  // namespace fxe::fuzz
