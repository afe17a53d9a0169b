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

// A TensorProto. Its data stays in the message if it lies there in fxe's form, or in a file of `external`
// (null: none). `owner` keeps the message alive. Throws bad_input if sizes disagree, and for types that fxe
// does not have.
Tensor read_onnx_tensor(const onnx::Tensor&, std::shared_ptr<const void> owner, OnnxExternalData* external);

// A SparseTensorProto as a dense tensor; `charge` is called first. Throws bad_input if indices are out of
// range, or are not strictly ascending.
Tensor read_onnx_sparse(const onnx::SparseTensor&, OnnxExternalData* external,
                        const std::function<void(const Shape&, DType)>& charge);

// TensorProto.DataType as fxe's type.
std::optional<DType> onnx_dtype(int64_t data_type);

}  // namespace fxe
