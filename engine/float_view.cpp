// SPDX-License-Identifier: Apache-2.0
#include "engine/float_view.h"

#include <cstdint>

namespace fxe {

std::span<const float> float_view(const Tensor& tensor, size_t first, size_t count,
                                  std::vector<float>& room) {
  const std::byte* data = tensor.bytes.data() + first * size_bytes(tensor.dtype);
  if (tensor.dtype == DType::f32 && tensor.factors.empty() &&
      reinterpret_cast<uintptr_t>(data) % alignof(float) == 0)
    return {reinterpret_cast<const float*>(data), count};
  room.resize(count);
  tensor.read(first, room);
  return room;
}

}  // namespace fxe
