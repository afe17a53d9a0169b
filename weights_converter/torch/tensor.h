// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "engine/tensor.h"
#include "weights_converter/torch/state_dict.h"
#include "weights_converter/weight_file.h"
#include "weights_converter/zip/reader.h"

namespace fxe {

// Makes a file's tensors from its storages.
class TorchTensors {
 public:
  // Gives the bytes of a whole storage, elements * element_bytes of them, or throws bad_input.
  using Storages = std::function<SharedBytes(const TorchStorage&)>;

  // `copy_limit`: bytes that may be taken in all for tensors that are not row-major in their storage.
  TorchTensors(const TorchObjects& objects, Storages storages, uint64_t copy_limit)
      : objects_(objects), storages_(std::move(storages)), copies_left_(copy_limit) {}

  // Row-major; in its storage if it already is. Throws bad_input if it reaches outside or repeats elements.
  Tensor make(const TorchTensor&);

 private:
  Tensor make_contiguous(const TorchTensor&, Bytes view);

  const TorchObjects& objects_;
  Storages storages_;
  uint64_t copies_left_;
};

// The content of a torch.save file, made from its state dict. Throws bad_input naming the tensor.
WeightFile torch_weight_file(std::string format, StateDict, TorchTensors&);

}  // namespace fxe
