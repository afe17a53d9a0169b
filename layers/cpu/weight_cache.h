// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/device.h"
#include "engine/tensor.h"
#include "layers/cpu/dnnl_api.h"
#include "layers/cpu/weight_panels.h"

namespace fxe::cpu {

// Weights in the form that primitives want. Plans of one model for several batch sizes share them as long
// as one of the plans lives. A tensor is identified by the addresses of its bytes and factors while its
// owner lives.
class WeightCache {
 public:
  WeightCache(const dnnl::engine& engine, std::shared_ptr<Device> device)
      : engine_(engine), device_(std::move(device)) {}

  // `tensor` converted to fp32, read as `from`, reordered to `to`.
  std::shared_ptr<const dnnl::memory> get(const Tensor& tensor, const Md& from, const Md& to);
  // `tensor` as panels, packed by `workers`.
  std::shared_ptr<const std::byte> get(const Tensor& tensor, const WeightPanels&, Workers& workers);

 private:
  template <class Form, class Memory>
  struct Entry {
    std::weak_ptr<const void> owner;
    const std::byte* data;
    const double* factors;
    Form form;
    std::weak_ptr<const Memory> memory;
  };
  template <class Form, class Memory, class Make>
  static std::shared_ptr<const Memory> find_or_make(std::vector<Entry<Form, Memory>>& entries,
                                                    const Tensor& tensor, const Form& form, const Make& make);

  // Memory for panels, cut from pieces large enough for huge pages; a piece lives as long as any panel in it.
  std::shared_ptr<std::byte> allocate(size_t bytes);

  dnnl::engine engine_;
  std::shared_ptr<Device> device_;
  std::shared_ptr<Buffer> piece_;
  size_t used_bytes_ = 0, all_bytes_ = 0;  // in piece_, in all panels
  std::vector<Entry<Md, dnnl::memory>> memories_;
  std::vector<Entry<WeightPanels, std::byte>> panels_;
};

}  // namespace fxe::cpu
