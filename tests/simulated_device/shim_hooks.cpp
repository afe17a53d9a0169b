// SPDX-License-Identifier: Apache-2.0
// Compiled against the SIMT shim, like the kernels, whose launches it gives to the simulated GPU.
#include <simt/device.h>

#include "tests/simulated_device/executable.h"
#include "tests/simulated_device/kernels.h"
#include "tests/simulated_device/settings.h"

namespace fxe::sim {

uint64_t now_ns();

namespace {

// Threads run in a new order each time, drawn from the seed; with seed 1 in the fastest order.
void draw_order() {
  constexpr simt::Order kOrders[] = {simt::Order::forward, simt::Order::reverse, simt::Order::random,
                                     simt::Order::priority};
  simt::Options& options = simt::options();
  options.seed = random_bits();
  options.order = settings().seed == 1 ? simt::Order::forward : kOrders[random_bits() % 4];
  options.resident_blocks = settings().seed == 1 ? 1 : 1 + random_bits() % 4;
}

const bool hooked = [] {
  simt::hooks() = {[](void* queue, const simt::Launch& launch) {
                     launch_kernel(queue, {launch.name,
                                           {launch.grid.x, launch.grid.y, launch.grid.z},
                                           launch.threads,
                                           launch.dynamic_shared_bytes,
                                           launch.parameter_bytes,
                                           [run = launch.run] {
                                             draw_order();
                                             simt::set_clock_ns(now_ns());
                                             run();
                                           }});
                   },
                   set_condition};
  return true;
}();

}  // namespace

}  // namespace fxe::sim
