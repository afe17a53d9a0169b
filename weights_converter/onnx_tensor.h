// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "engine/tensor.h"

namespace fxe {

namespace onnx {
class Tensor;
}

class OnnxExternalData;

// A TensorProto, its data in the message wherever it lies there as fxe needs it, or in a file of `external`
// (null: none). `owner` keeps the message alive. Throws bad_input where sizes disagree and for types that fxe
// has not.
Tensor read_onnx_tensor(const onnx::Tensor&, std::shared_ptr<const void> owner, OnnxExternalData* external);

// TensorProto.DataType as fxe's type.
std::optional<DType> onnx_dtype(int64_t data_type);

}  // namespace fxe
