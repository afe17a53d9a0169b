// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/channels.cuh"

#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_nhwc_place_channels(Queue& queue, const NhwcTensor& x, const ChannelPlace& place,
                                const NhwcTensor& y) {
  with_element_type(y.dtype, [&]<class T>(T) {
    launch(queue, "nhwc_place_channels", nhwc_place_channels_kernel<T>,
           grid_for(y.n * y.h * y.w * (place.to - place.from)), Nhwc<T>(x), place, Nhwc<T>(y));
  });
}

}  // namespace fxe
