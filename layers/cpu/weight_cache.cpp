// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/weight_cache.h"

#include <algorithm>

#include "engine/error.h"

namespace fxe::cpu {

std::shared_ptr<const dnnl::memory> WeightCache::get(const Tensor& tensor, const Md& from, const Md& to) {
  std::erase_if(entries_, [](const Entry& e) { return e.owner.expired() || e.memory.expired(); });
  for (const Entry& e : entries_)
    if (e.data == tensor.bytes.data() && e.md == to)
      if (auto memory = e.memory.lock()) return memory;

  std::vector<float> values = tensor.to_float();
  if (values.size() * sizeof(float) != from.get_size())
    throw run_time_error("a weight of shape {} was to be used as one of {} bytes", tensor.shape.str(),
                         from.get_size());
  const dnnl::memory source(from, engine_, values.data());
  auto memory = std::make_shared<dnnl::memory>(to, engine_);
  dnnl::stream stream(engine_);
  dnnl::reorder(source, *memory).execute(stream, const_cast<dnnl::memory&>(source), *memory);
  stream.wait();
  if (tensor.owner) entries_.push_back({tensor.owner, tensor.bytes.data(), to, memory});
  return memory;
}

}  // namespace fxe::cpu
