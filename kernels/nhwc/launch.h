// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/launch.h"
#include "kernels/nhwc/element.cuh"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// Calls f with a value of the element type, as in [&]<class T>(T) { ... }.
template <class F>
void with_element_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      return f(float{});
    case DType::f16:
      return f(Half{});
    case DType::bf16:
      return f(Bfloat16{});
    default:
      throw_no_nhwc_kernel(dtype);
  }
}

// One thread per 16 bytes of the value.
inline Grid nhwc_grid(const NhwcTensor& t) {
  return grid_for(t.elements() * static_cast<int64_t>(size_bytes(t.dtype)) / 16);
}

}  // namespace fxe
