// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/weight_store.h"

namespace fxe::cuda {

std::shared_ptr<const Buffer> WeightStore::get(const Tensor& tensor, const std::string& form,
                                               const Convert& convert) {
  std::erase_if(entries_, [](const Entry& e) { return e.owner.expired() || e.buffer.expired(); });
  for (const Entry& e : entries_)
    if (e.data == tensor.bytes.data() && e.factors == tensor.factors.data() && e.form == form)
      if (auto buffer = e.buffer.lock()) return buffer;

  auto buffer = upload(convert(tensor.to_float()));
  if (tensor.owner)
    entries_.push_back({tensor.owner, tensor.bytes.data(), tensor.factors.data(), form, buffer});
  return buffer;
}

std::shared_ptr<const Buffer> WeightStore::upload(const std::vector<std::byte>& bytes) {
  auto buffer = std::make_shared<const Buffer>(device_.allocate(bytes.size()));
  queue_->copy(buffer->data(), bytes.data(), bytes.size());
  queue_->wait();  // `bytes` is the caller's
  return buffer;
}

}  // namespace fxe::cuda
