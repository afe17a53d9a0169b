// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/device.h"
#include "engine/tensor.h"

namespace fxe::cuda {

// Weights on the device, converted and copied once. Plans of one model for several batch sizes share them as
// long as one of the plans lives. A tensor is identified by the addresses of its bytes and factors while its
// owner lives.
class WeightStore {
 public:
  explicit WeightStore(Device& device) : device_(device), queue_(device.make_queue()) {}

  // `form` names what `convert` makes of the tensor's values: equal forms of one tensor are equal bytes.
  using Convert = std::function<std::vector<std::byte>(const std::vector<float>&)>;
  std::shared_ptr<const Buffer> get(const Tensor& tensor, const std::string& form, const Convert& convert);

  // For constants of the backend itself; not shared.
  std::shared_ptr<const Buffer> upload(const std::vector<std::byte>& bytes);

 private:
  struct Entry {
    std::weak_ptr<const void> owner;
    const std::byte* data;
    const double* factors;
    std::string form;
    std::weak_ptr<const Buffer> buffer;
  };

  Device& device_;
  std::unique_ptr<Queue> queue_;
  std::vector<Entry> entries_;
};

}  // namespace fxe::cuda
