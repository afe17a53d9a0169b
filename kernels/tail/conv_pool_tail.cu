// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/conv_pool_tail.cuh"

#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_conv_pool_tail(Queue& queue, const ConvPoolHead& head, const TailCall& call) {
  const auto groups =
      static_cast<unsigned>((call.arguments.classes + kConvPoolClasses - 1) / kConvPoolClasses);
  with_element_type(head.dtype, [&]<class T>(T) {
    launch(queue, "conv_pool_tail", conv_pool_tail_kernel<T>,
           Grid{dim3(groups, static_cast<unsigned>(head.rows)), kConvPoolThreads}, head, call);
  });
}

}  // namespace fxe
