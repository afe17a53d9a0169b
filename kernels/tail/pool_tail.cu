// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/pool_tail.cuh"

#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_pool_tail(Queue& queue, const PoolHead& head, const TailCall& call) {
  with_element_type(head.dtype, [&]<class T>(T) {
    const auto groups =
        static_cast<unsigned>((call.arguments.classes + kPoolTailClasses<T> - 1) / kPoolTailClasses<T>);
    launch(queue, "pool_tail", pool_tail_kernel<T>,
           Grid{dim3(groups, static_cast<unsigned>(head.rows)), kPoolTailThreads}, head, call);
  });
}

}  // namespace fxe
