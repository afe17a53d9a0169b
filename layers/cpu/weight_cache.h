// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/tensor.h"
#include "layers/cpu/dnnl_api.h"

namespace fxe::cpu {

// Weights as primitives want them. Plans of one model for several batch sizes share them as long as one of
// the plans lives. A tensor is recognised by its bytes' address while its owner lives.
class WeightCache {
 public:
  explicit WeightCache(const dnnl::engine& engine) : engine_(engine) {}

  // `tensor` converted to fp32, taken as `from`, reordered to `to`.
  std::shared_ptr<const dnnl::memory> get(const Tensor& tensor, const Md& from, const Md& to);

 private:
  struct Entry {
    std::weak_ptr<const void> owner;
    const std::byte* data;
    Md md;
    std::weak_ptr<const dnnl::memory> memory;
  };

  dnnl::engine engine_;
  std::vector<Entry> entries_;
};

}  // namespace fxe::cpu
