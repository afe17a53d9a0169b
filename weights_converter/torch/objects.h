// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/dtype.h"
#include "engine/shape.h"
#include "weights_converter/torch/unpickler.h"

namespace fxe {

// A storage as a pickle refers to it; `key` names bytes elsewhere in the file.
struct TorchStorage {
  std::string_view key;
  std::optional<DType> dtype;                  // none: untyped, elements are bytes
  int64_t elements = 0;                        // of the whole storage
  int64_t view_offset = 0, view_elements = 0;  // the part tensors see, in elements

  size_t element_bytes() const { return dtype ? size_bytes(*dtype) : 1; }
};

struct TorchTensor {
  size_t storage = 0;  // index in TorchObjects::storages
  DType dtype = DType::f32;
  int64_t offset = 0;  // in elements of dtype, from the start of the view
  Shape shape;
  std::vector<int64_t> strides;  // in elements, none negative
};

// The text of an opaque value that is a NumPy array.
constexpr std::string_view kNumpyArray = "numpy.ndarray";

// What torch.save's names mean: tensors and storages become objects; harmless names (numpy scalars,
// Namespace, ...) become opaque values. So do all others, with their names: what a training program keeps
// beside its weights does not matter unless the weights turn out to be made of it.
class TorchObjects : public pickle::Resolver {
 public:
  std::vector<TorchStorage> storages;
  std::vector<TorchTensor> tensors;
  static constexpr size_t kMaxObjects = size_t{1} << 18;  // storages, and tensors

  // The tensor that a value is, if it is one.
  const TorchTensor* tensor(const pickle::Value&) const;

  pickle::Id call(pickle::Heap&, std::string_view name, pickle::Id arguments) override;
  pickle::Id persistent(pickle::Heap&, pickle::Id id) override;

 private:
  enum ObjectKind : int64_t { storage_object, tensor_object };
  static pickle::Id add_object(pickle::Heap&, ObjectKind, size_t index);
  pickle::Id rebuild_tensor(pickle::Heap&, std::span<const pickle::Id> arguments, bool has_dtype);
};

}  // namespace fxe
