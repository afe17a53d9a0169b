// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fxe::fuzz {

// Small ONNX models that together use every operator fxe reads.
std::vector<std::string> onnx_models();

}  // namespace fxe::fuzz
