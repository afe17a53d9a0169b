// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/linear_tail.cuh"

#include "kernels/linear_tile.h"
#include "kernels/nhwc/launch.h"

namespace fxe {

void launch_linear_tail(Queue& queue, const LinearHead& head, const TailCall& call) {
  with_element_type(head.dtype, [&]<class T>(T) {
    with_linear_tile(head.rows, [&]<int kRows, int kClasses>(LinearTile<kRows, kClasses> tile) {
      const Grid grid{tile.blocks(head.rows, call.arguments.classes, kHeadWarps), kHeadThreads};
      launch(queue, "linear_tail", linear_tail_kernel<T, kRows, kClasses>, grid, head, call);
    });
  });
}

}  // namespace fxe
