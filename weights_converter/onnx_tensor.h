// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/tensor.h"

namespace fxe {

namespace onnx {
class SparseTensor;
class Tensor;
}  // namespace onnx

class OnnxExternalData;

// A TensorProto, its data in the message wherever it lies there as fxe needs it, or in a file of `external`
// (null: none). `owner` keeps the message alive. Throws bad_input where sizes disagree and for types that fxe
// has not.
Tensor read_onnx_tensor(const onnx::Tensor&, std::shared_ptr<const void> owner, OnnxExternalData* external);

// A SparseTensorProto as a whole tensor, for which `charge` is asked first. Throws bad_input where indices
// lie outside, or are not in ascending order, each once.
Tensor read_onnx_sparse(const onnx::SparseTensor&, OnnxExternalData* external,
                        const std::function<void(const Shape&, DType)>& charge);

// TensorProto.DataType as fxe's type.
std::optional<DType> onnx_dtype(int64_t data_type);

}  // namespace fxe
