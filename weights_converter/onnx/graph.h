// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "weights_converter/weight_file.h"

namespace fxe {

namespace onnx {
class Model;
}

// The model's graph up to one output and the tensors it reads, which keep `model` alive. `file_bytes` bounds,
// together with the sizes of external files, how much may be copied. See read_onnx.
WeightFile import_onnx(std::shared_ptr<const onnx::Model> model, uint64_t file_bytes,
                       const std::filesystem::path& folder, const ReadChoices&);

}  // namespace fxe
