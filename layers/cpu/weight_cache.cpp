// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/weight_cache.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/float_view.h"

namespace fxe::cpu {

template <class Form, class Memory, class Make>
std::shared_ptr<const Memory> WeightCache::find_or_make(std::vector<Entry<Form, Memory>>& entries,
                                                        const Tensor& tensor, const Form& form,
                                                        const Make& make) {
  std::erase_if(entries, [](const auto& e) { return e.owner.expired() || e.memory.expired(); });
  for (const auto& e : entries)
    if (e.data == tensor.bytes.data() && e.factors == tensor.factors.data() && e.form == form)
      if (auto memory = e.memory.lock()) return memory;
  std::shared_ptr<const Memory> memory = make();
  if (tensor.owner)
    entries.push_back({tensor.owner, tensor.bytes.data(), tensor.factors.data(), form, memory});
  return memory;
}

std::shared_ptr<const dnnl::memory> WeightCache::get(const Tensor& tensor, const Md& from, const Md& to) {
  return find_or_make(memories_, tensor, to, [&] {
    std::vector<float> room;
    const auto values = float_view(tensor, 0, static_cast<size_t>(tensor.shape.elements()), room);
    if (values.size() * sizeof(float) != from.get_size())
      throw run_time_error("a weight of shape {} was to be used as one of {} bytes", tensor.shape.str(),
                           from.get_size());
    const dnnl::memory source(from, engine_, const_cast<float*>(values.data()));
    auto memory = std::make_shared<dnnl::memory>(to, engine_);
    dnnl::stream stream(engine_);
    dnnl::reorder(source, *memory).execute(stream, const_cast<dnnl::memory&>(source), *memory);
    stream.wait();
    return memory;
  });
}

std::shared_ptr<const std::byte> WeightCache::get(const Tensor& tensor, const WeightPanels& panels,
                                                  Workers& workers) {
  return find_or_make(panels_, tensor, panels, [&] {
    if (tensor.shape.elements() != panels.groups * panels.columns * panels.channels * panels.taps)
      throw run_time_error("a weight of shape {} was to be used as {} x {} x {} x {}", tensor.shape.str(),
                           panels.groups, panels.columns, panels.channels, panels.taps);
    auto memory = allocate(panels.bytes());
    panels.pack(tensor, memory.get(), workers);
    return memory;
  });
}

std::shared_ptr<std::byte> WeightCache::allocate(size_t bytes) {
  constexpr size_t kLargestPiece = 32 << 20;
  bytes = (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  if (!piece_ || piece_->bytes() - used_bytes_ < bytes) {
    piece_ =
        std::make_shared<Buffer>(device_->allocate(std::max(bytes, std::min(all_bytes_, kLargestPiece))));
    used_bytes_ = 0;
  }
  std::shared_ptr<std::byte> memory(piece_, piece_->data() + used_bytes_);
  used_bytes_ += bytes;
  all_bytes_ += bytes;
  return memory;
}

}  // namespace fxe::cpu
