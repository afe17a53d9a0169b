// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/layer_norm.cuh"

#include <algorithm>
#include <bit>

#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_nhwc_layer_norm(Queue& queue, const NhwcTensor& x, const LayerNormParameters& norm,
                            const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    // As many threads per pixel as it has 16 bytes, so that few are idle if channels are few.
    const unsigned threads = std::min(32u, std::bit_ceil(static_cast<unsigned>(x.stored_c / kLanes<T>)));
    launch(queue, "nhwc_layer_norm", nhwc_layer_norm_kernel<T>, grid_for(x.n * x.h * x.w * threads),
           Nhwc<T>(x), norm, threads, Nhwc<T>(y));
  });
}

}  // namespace fxe
